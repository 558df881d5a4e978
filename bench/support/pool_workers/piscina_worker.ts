import { type PoolTask, runTask } from "./tasks.ts";

// piscina calls the default export.
export default (task: PoolTask | number): number => runTask(task);
