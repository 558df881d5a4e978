import { RedisError, toRedisError } from "../../cache/redis/redis_error.ts";
import type { RedisPort } from "../../cache/redis/redis_port.ts";
import { EngineError } from "../../errors/engine_error.ts";
import type { Clock } from "../../time/clock.ts";
import type { EngineKeys } from "./engine_keys.ts";
import { type StreamEntry, StreamReader } from "./stream_reader.ts";
import { TaskQueue } from "./task_queue.ts";

/** How long it rests after something failed, in milliseconds. */
const REST_MS = 250;

/** What stays refused over any connection, until the server is changed. */
const REFUSALS: ReadonlySet<string> = new Set(["NOPERM", "WRONGTYPE"]);

/** What both sides are opened with. */
export interface RedisLineSetup {
  /** The connection for all that is answered at once. */
  readonly port: RedisPort;
  /** Opens a connection to wait on; `undefined` where there is but the client that was passed in. */
  readonly openPort: (() => RedisPort) | undefined;
  /** The longest that a server may be asked to wait, in milliseconds. */
  readonly blockMs: number;
  /** The keys of the task. */
  readonly keys: EngineKeys;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Called when the line is disposed. */
  readonly onDispose: (line: AsyncDisposable) => void;
}

/** What the sides of the caller and of the worker have in common. */
export class RedisLine {
  /** What is done to the queue. */
  readonly queue: TaskQueue;
  /** The keys of the task. */
  readonly keys: EngineKeys;
  /** Where time comes from. */
  readonly clock: Clock;
  readonly #setup: RedisLineSetup;
  readonly #ports: RedisPort[] = [];
  readonly #closing = new AbortController();
  readonly #refusals = new Map<() => Promise<void>, RedisError>();

  /** A line; nothing is asked for yet. */
  constructor(setup: RedisLineSetup) {
    this.#setup = setup;
    [this.queue, this.keys, this.clock] = [new TaskQueue(setup.port, setup.keys), setup.keys, setup.clock];
  }

  /** Aborts when the line is closed. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** A reader on a connection of its own, where there can be one. */
  reader(): StreamReader {
    const { port, openPort, clock } = this.#setup;
    const own = openPort?.();
    if (own !== undefined) this.#ports.push(own);
    const blockMs = own === undefined ? 0 : this.#setup.blockMs;
    return new StreamReader({ port: own ?? port, blockMs, clock, signal: this.signal });
  }

  /** Does `work` again and again until the line is closed; after a failure it rests. */
  async repeat(work: () => Promise<void>): Promise<void> {
    while (!this.signal.aborted) {
      try {
        await work();
        this.#refusals.delete(work);
      } catch (error) {
        if (error instanceof RedisError && REFUSALS.has(error.code)) this.#refusals.set(work, error);
        await this.rest(REST_MS);
      }
    }
  }

  /**
   * Has to come before what is of no use to a side that may not read what comes of it.
   *
   * @throws {RedisError} If the server refuses what is done again and again.
   */
  requireReadable(): void {
    for (const refusal of this.#refusals.values()) throw refusal;
  }

  /** Waits, unless the line is closed. */
  async rest(ms: number): Promise<void> {
    await this.clock.sleep(ms, this.signal).catch(() => {});
  }

  /** The last entry of a stream, or what is before all. */
  async lastEntry(key: string): Promise<string> {
    try {
      const reply = await this.#setup.port.sendFor(key, "XREVRANGE", key, "+", "-", "COUNT", "1");
      const [newest] = Array.isArray(reply) ? reply : [];
      return Array.isArray(newest) ? String(newest[0]) : "0-0";
    } catch (error) {
      throw toRedisError("XREVRANGE", error);
    }
  }

  /** Takes entries out of a stream. */
  async drop(key: string, entries: readonly StreamEntry[]): Promise<void> {
    await this.#setup.port.sendFor(key, "XDEL", key, ...entries.map(({ entry }) => entry));
  }

  /**
   * Has to come before what is asked of a line by those who would ask again.
   *
   * @throws {EngineError} If the line is closed.
   */
  requireOpen(task: string): void {
    if (this.signal.aborted) throw new EngineError(`Cannot ${task} as the line to Redis is closed`);
  }

  /** Ends what waits. */
  stop(): void {
    this.#closing.abort();
  }

  /** Ends the connections of the line, which is `side`. */
  close(side: AsyncDisposable): void {
    this.stop();
    for (const port of this.#ports) port.close();
    this.#setup.onDispose(side);
  }
}
