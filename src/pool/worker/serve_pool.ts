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
    const received = message as ToWorker;
    if (received.kind === "init") runner = new ItemRunner(scope, received);
    else runner?.handle(received);
  });
}
