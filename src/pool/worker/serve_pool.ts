import type { WorkerScope } from "../../runtime/worker_scope.ts";
import { ItemRunner } from "./item_runner.ts";
import type { ToWorker } from "../wire/worker_protocol.ts";

/**
 * Serves the pool that started this worker, until that ends it.
 *
 * @param scope The worker's side of the channel.
 */
export function servePool(scope: WorkerScope): void {
  let runner: ItemRunner | undefined;
  scope.onMessage((message) => {
    const told = message as ToWorker;
    if (told.kind === "init") runner = new ItemRunner(scope, told);
    else runner?.hear(told);
  });
}
