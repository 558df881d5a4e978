import { ThreadWorker } from "poolifier-web-worker";
import { type PoolTask, runTask } from "./tasks.ts";

// poolifier takes plain objects only.
export default new ThreadWorker((data?: { task: PoolTask | number }) => runTask(data!.task)) as unknown;
