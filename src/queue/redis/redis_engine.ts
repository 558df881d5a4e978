import { openRedis } from "../../cache/redis/open_redis.ts";
import { adoptRedisClient } from "../../cache/redis/redis_client.ts";
import { redisAddress, type RedisConfig, validateRedisConfig } from "../../cache/redis/redis_config.ts";
import type { RedisPort } from "../../cache/redis/redis_port.ts";
import { EngineError } from "../../errors/engine_error.ts";
import type { Clock } from "../../time/clock.ts";
import { SystemClock } from "../../time/system_clock.ts";
import type { CallerLine, Engine, TaskAddress, WorkerLine } from "../engine.ts";
import { EngineKeys } from "./engine_keys.ts";
import { explainedPort } from "./explained_port.ts";
import { RedisCallerLine } from "./redis_caller_line.ts";
import { RedisLine } from "./redis_line.ts";
import { type RedisWorker, RedisWorkerLine } from "./redis_worker_line.ts";

const TASK = "open the redis engine";
const DEFAULT_KEY_PREFIX = "opero:";

/** As much as most brokers take in one message, so that an item that one engine carries is carried by the others. */
const MAX_FRAME_BYTES = 1_048_576;

/** A server is asked to wait for so long at most, in milliseconds, and for half the time in which it has to answer. */
const MAX_BLOCK_MS = 1_000;

/**
 * An engine for `mode: "cluster"` over streams of Redis 6.2 or later. It connects when a run or a worker begins. A line that
 * waits has a connection of its own; over a client that is passed in it looks 40 times a second. All keys begin with `keyPrefix`
 * and `queue:`, and expire by themselves a day after they were used.
 *
 * @param config Where the server is, or a client.
 * @returns The engine.
 * @throws {ConfigurationError} If an option is wrong, or does not go with another.
 *
 * @example
 * ```ts
 * import { redisEngine } from "@opero/core/redis";
 * import { assertRejects } from "@std/assert";
 *
 * const engine = redisEngine({ url: "redis://localhost:1" });
 * const address = { task: "thumbs", version: "2" };
 * await assertRejects(() => engine.openCaller(address, "run-1", () => {}), Error, "failed with ECONNREFUSED");
 * await engine.close();
 * ```
 */
export function redisEngine(config: RedisConfig = {}): Engine {
  validateRedisConfig(TASK, config);
  return new RedisEngine(config, new SystemClock());
}

class RedisEngine implements Engine {
  readonly maxFrameBytes = MAX_FRAME_BYTES;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #port: RedisPort;
  readonly #openPort: (() => RedisPort) | undefined;
  readonly #blockMs: number;
  readonly #lines = new Set<AsyncDisposable>();
  #isClosed = false;

  constructor(config: RedisConfig, clock: Clock) {
    const { client, keyPrefix = DEFAULT_KEY_PREFIX } = config;
    const address = redisAddress(config);
    const place = client === undefined ? `${address.host}:${address.port}` : "the server of 'client'";
    const open = () => explainedPort(openRedis(TASK, address, clock).port, place);
    [this.#clock, this.#prefix] = [clock, keyPrefix];
    this.#port = client === undefined ? open() : explainedPort(adoptRedisClient(client, TASK), place);
    this.#openPort = client === undefined ? open : undefined;
    this.#blockMs = Math.min(MAX_BLOCK_MS, address.replyTimeoutMs / 2);
  }

  openCaller(address: TaskAddress, run: string, onResults: (frame: Uint8Array) => void): Promise<CallerLine> {
    return this.#open(address, (line) => RedisCallerLine.open(line, run, onResults));
  }

  openWorker(address: TaskAddress, worker: RedisWorker): Promise<WorkerLine> {
    return this.#open(address, (line) => RedisWorkerLine.open(line, worker));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#lines].map((line) => line[Symbol.asyncDispose]()));
    this.#port.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open<Side extends AsyncDisposable>(address: TaskAddress, open: (line: RedisLine) => Promise<Side>) {
    if (this.#isClosed) throw new EngineError("Cannot open a line to Redis as the engine is closed");
    const [port, openPort, blockMs, clock] = [this.#port, this.#openPort, this.#blockMs, this.#clock];
    const keys = new EngineKeys(this.#prefix, address);
    const onDispose = (side: AsyncDisposable) => void this.#lines.delete(side);
    const line = new RedisLine({ port, openPort, blockMs, keys, clock, onDispose });
    try {
      const side = await open(line);
      this.#lines.add(side);
      return side;
    } catch (error) {
      line.stop();
      throw error;
    }
  }
}
