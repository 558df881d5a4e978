import { ThreadWorker } from "npm:poolifier-web-worker@0.5.15";
import { type PoolTask, runTask } from "./tasks.ts";

// poolifier takes plain objects only.
export default new ThreadWorker((data?: { task: PoolTask | number }) => runTask(data!.task)) as unknown;
