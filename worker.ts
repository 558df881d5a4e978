/**
 * What runs items of `opmap()` with `mode: "cluster"` on this machine: `serve(map)` takes them from the engine of the map.
 *
 * @example
 * ```ts
 * import { opmap } from "@opero/core";
 * import { memoryEngine } from "@opero/core/testing";
 * import { serve } from "@opero/core/worker";
 * import { assertEquals } from "@std/assert";
 *
 * await using engine = memoryEngine();
 * await using double = opmap(async (n: number) => await Promise.resolve(2 * n), { mode: "cluster", engine, task: "double" });
 * await using _worker = await serve(double, { slots: 4 });
 * assertEquals(await double([1, 2, 3]), [2, 4, 6]);
 * ```
 *
 * @module
 */
export { serve, type ServeOptions } from "./src/queue/worker/serve.ts";
export type { ServedTask, WorkerState } from "./src/queue/worker/served_task.ts";
