/**
 * The engine over NATS for `mode: "cluster"`. Its client, `@nats-io/transport-node` and `@nats-io/jetstream`, is loaded when
 * a run or a worker begins.
 *
 * @example
 * ```ts ignore
 * import { opmap } from "@opero/core";
 * import { natsEngine } from "@opero/core/nats";
 *
 * export const thumbs = opmap(makeThumb, {
 *   mode: "cluster",
 *   engine: natsEngine({ servers: "nats://queue:4222" }),
 *   version: "2",
 * });
 * ```
 *
 * @module
 */
export { natsEngine } from "./src/queue/nats/nats_engine.ts";
export { NatsError } from "./src/queue/nats/nats_error.ts";
export type { NatsEngineConfig } from "./src/queue/nats/nats_config.ts";
export type { NatsClient, NatsMessage } from "./src/queue/nats/nats_client.ts";
export type {
  CallerLine,
  Delivery,
  Engine,
  Lane,
  ReplacementFrame,
  TaskAddress,
  WorkerLine,
} from "./src/queue/engine.ts";
