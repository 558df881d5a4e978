import { quoted } from "../../errors/printable.ts";
import { CacheError } from "../../errors/cache_error.ts";
import { SerializationError } from "../../errors/serialization_error.ts";
import type { Call } from "../../call/call.ts";
import type { CacheStatus } from "../../call/call_state.ts";
import type { LayerHost } from "../../attempt/layer_host.ts";
import type { CacheOperation } from "../guard/backend_health.ts";
import { troubleText } from "../guard/backend_trouble.ts";

/** What the cache of a function has done. */
export interface CacheStats {
  /** Calls served with a fresh value. */
  readonly hits: number;
  /** Calls that found none and ran. */
  readonly misses: number;
  /** Calls served with a value past its time. */
  readonly stale: number;
  /** Calls that joined one in flight. */
  readonly coalesced: number;
  /** Values kept. */
  readonly writes: number;
  /** Operations of the backend that failed, and values that could not be kept. */
  readonly errors: number;
}

type MutableStats = { -readonly [Name in keyof CacheStats]: number };

/** What the cache can do for a call, and its event. */
const EVENTS = { hit: "cacheHit", miss: "cacheMiss", stale: "cacheStale", coalesced: "cacheCoalesced" } as const;

const TASKS = { set: "set a value in", delete: "delete a value from", clear: "clear" } as const;

/** Counts what the cache of one function does, and reports it. */
export class CacheAccount {
  readonly #host: LayerHost;
  readonly #stats: MutableStats = { hits: 0, misses: 0, stale: 0, coalesced: 0, writes: 0, errors: 0 };

  /** Nothing yet. */
  constructor(host: LayerHost) {
    this.#host = host;
  }

  /** What was counted so far. */
  stats(): CacheStats {
    return { ...this.#stats };
  }

  /** The cache did this for `call`. The counters are named one by one, as a lookup by name would cost a hit a third more. */
  record(call: Call, status: Exclude<CacheStatus, "off" | "journal">): void {
    if (status === "hit") this.#stats.hits++;
    else if (status === "miss") this.#stats.misses++;
    else if (status === "stale") this.#stats.stale++;
    else this.#stats.coalesced++;
    if (call.state !== undefined) call.state.cache = status;
    if (this.#host.telemetry.isOn) this.#host.telemetry.record(EVENTS[status], this.#host.functionName, call, {});
  }

  /**
   * `call` was served with a fresh value as soon as it was made: who listens did so when it began, and has made its state
   * for that, so that there is nothing to ask.
   */
  recordHit(call: Call): void {
    if (call.state === undefined) this.#stats.hits++;
    else this.record(call, "hit");
  }

  /** A value was kept. */
  recordWrite(): void {
    this.#stats.writes++;
  }

  /** The store failed, or refused a value; a value that cannot be kept is worth a word. */
  recordTrouble(operation: CacheOperation, error: unknown): void {
    this.#stats.errors++;
    const { telemetry, functionName } = this.#host;
    if (error instanceof SerializationError) this.#warnOfResult(error.message);
    telemetry.emit("cacheError", { functionName, operation, error });
  }

  /** A result was not kept as it can be read only once. */
  recordSingleUse(): void {
    this.#stats.errors++;
    this.#warnOfResult(
      "it can be read only once, as a Response, a stream or an iterator can: return what you read from it, its json() say",
    );
  }

  /** The error for what was asked for by name and could not be done. */
  errorOf(operation: "set" | "delete" | "clear", reason: string, cause?: unknown): CacheError {
    const detail = cause === undefined ? "" : `: ${troubleText(cause)}`;
    const name = quoted(this.#host.functionName);
    return new CacheError(`Cannot ${TASKS[operation]} the cache of ${name} as ${reason}${detail}`, { cause });
  }

  #warnOfResult(reason: string): void {
    const { telemetry, functionName } = this.#host;
    const text = `a result of ${quoted(functionName)} is not cached: ${reason}`;
    telemetry.warnOnce("result not cached", functionName, text);
  }
}
