/** What the function does at one run: answers or fails after some time, or (`Infinity`) never. All times in milliseconds. */
export interface ModelStep {
  readonly kind: "ok" | "error" | "final" | "abort_error" | "retry_after";
  readonly tookMs: number;
  readonly askedMs: number;
}

/** The options of the wrapped function, as far as the model knows them. */
export interface ModelOptions {
  readonly retries: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly backoffFactor: number;
  readonly jitter: "none" | "full" | "equal" | "decorrelated";
  /** What every throw of the dice answers. */
  readonly chance: number;
  readonly maxRetryAfterMs: number;
  /** How many values there are; 0 is no `argFallback`. */
  readonly values: number;
  readonly fallbackDelayMs: number;
  readonly intervalMs: number;
  readonly burst: number;
  /** What has a bucket of its own: the function, each list of arguments, of which there is one, or each fallback value. */
  readonly limitedBy: "function" | "args" | "value";
  readonly maxWaitMs: number;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly hasFallback: boolean;
  readonly isCached: boolean;
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly staleIfErrorMs: number;
  /** Where results are kept: elsewhere than in plain memory by the time of day. */
  readonly place: "memory" | "a backend" | "tiers";
}

/** What is done to the cache between two calls. */
export type ModelAction = "nothing" | "delete" | "clear" | "clear the namespace" | "set" | "put the clock back";

/** How a call went. */
export interface ModelResult {
  readonly result: string;
  readonly attempts: number;
  readonly waitedMs: number;
  readonly fallbackIndex: number | undefined;
  readonly cache: string;
  readonly endMs: number;
}

/** Thrown within the model where a call ends otherwise than by a value. */
class Ended {
  readonly result: string;

  constructor(result: string) {
    this.result = result;
  }
}

/** What one pass over the fallback values came to. */
interface ModelRound {
  readonly value?: string;
  readonly askedMs: number;
  readonly isRepeatable: boolean;
  /** Whether the last value was refused by the rate limit. */
  readonly isRefused: boolean;
  readonly failed: number;
}

/**
 * One wrapped function as slow and plain as can be: a call is run through to its end, one thing after the other, with
 * the time counted by hand. It knows nothing of promises, timers, listeners and layers.
 */
export class ReferenceModel {
  /** How often the function ran. */
  runs = 0;
  readonly #options: ModelOptions;
  readonly #steps: readonly ModelStep[];
  /** The starts of each bucket. */
  readonly #starts = new Map<number, number[]>();
  #kept: { value: string; expiresMs: number } | undefined;
  // Of the call that runs:
  #nowMs = 0;
  #abortMs = Infinity;
  #deadlineMs = Infinity;
  #attempts = 0;
  #waitedMs = 0;
  #index: number | undefined;

  constructor(options: ModelOptions, steps: readonly ModelStep[]) {
    this.#options = options;
    this.#steps = steps;
  }

  /** Something is done to the cache at `atMs`. */
  act(action: ModelAction, atMs: number): void {
    const { isCached, ttlMs, place } = this.#options;
    if (!isCached || action === "nothing") return;
    // What was made in the future is of no use; in memory nobody looks at the time of day.
    if (action === "put the clock back" && place === "memory") return;
    this.#kept = action === "set" ? { value: "set", expiresMs: atMs + ttlMs } : undefined;
  }

  /** A call that begins at `startMs` and is aborted at `abortMs`. */
  call(startMs: number, abortMs: number): ModelResult {
    const { isCached, hasFallback, ttlMs, staleIfErrorMs, deadlineMs } = this.#options;
    this.#nowMs = startMs;
    this.#abortMs = abortMs;
    this.#deadlineMs = startMs + deadlineMs;
    this.#attempts = this.#waitedMs = 0;
    this.#index = undefined;
    if (abortMs <= startMs) return this.#end("aborted", "off");
    if (isCached && this.#kept !== undefined && startMs < this.#kept.expiresMs) {
      return this.#end(this.#kept.value, "hit");
    }
    if (isCached && this.#kept !== undefined && startMs < this.#kept.expiresMs + this.#options.staleMs) {
      return this.#serveStale(this.#kept.value);
    }
    const miss = isCached ? "miss" : "off";
    try {
      const value = this.#rounds();
      if (isCached) this.#kept = { value, expiresMs: this.#nowMs + ttlMs };
      return this.#end(value, miss);
    } catch (ended) {
      if (!(ended instanceof Ended)) throw ended;
      const isFailed = ended.result.startsWith("all failed");
      if (isFailed && this.#kept !== undefined && this.#nowMs < this.#kept.expiresMs + staleIfErrorMs) {
        return this.#end(this.#kept.value, "stale");
      }
      return this.#end(isFailed && hasFallback ? "plan B" : ended.result, miss);
    }
  }

  /** The old value at once, and one run behind it that nobody can abort and nobody hears of. */
  #serveStale(value: string): ModelResult {
    const startMs = this.#nowMs;
    this.#abortMs = Infinity;
    try {
      const fresh = this.#rounds();
      this.#kept = { value: fresh, expiresMs: this.#nowMs + this.#options.ttlMs };
    } catch (ended) {
      if (!(ended instanceof Ended)) throw ended;
    }
    this.#nowMs = startMs;
    this.#attempts = this.#waitedMs = 0;
    this.#index = undefined;
    return this.#end(value, "stale");
  }

  #rounds(): string {
    const { retries, maxRetryAfterMs } = this.#options;
    let delayMs = this.#options.minDelayMs;
    for (let retry = 0;; retry++) {
      const round = this.#round();
      if (round.value !== undefined) return round.value;
      if (round.isRefused && (!round.isRepeatable || retry === retries)) {
        throw this.#attempts === 0 ? new Ended("rate limited") : this.#allFailed("attempts");
      }
      if (!round.isRepeatable) throw round.failed > 1 ? this.#allFailed("attempts") : new Ended("final");
      if (retry === retries) throw this.#allFailed("attempts");
      if (round.askedMs > maxRetryAfterMs) throw this.#allFailed("retry_after");
      delayMs = this.#delay(this.#backoff(retry, delayMs), round.askedMs);
      this.#wait(delayMs);
    }
  }

  /** Who was told when to come back comes no sooner, and where delays are spread, not all at one moment. */
  #delay(backoffMs: number, askedMs: number): number {
    const { jitter, chance } = this.#options;
    return askedMs <= backoffMs ? backoffMs : askedMs + (jitter === "none" ? 0 : chance * backoffMs);
  }

  #backoff(retry: number, previousMs: number): number {
    const { jitter, chance, minDelayMs, maxDelayMs, backoffFactor } = this.#options;
    const plainMs = minDelayMs * backoffFactor ** retry;
    if (jitter === "none") return Math.min(maxDelayMs, plainMs);
    const highMs = Math.min(maxDelayMs, jitter === "decorrelated" ? 3 * previousMs : plainMs * backoffFactor);
    const lowMs = jitter === "equal" ? Math.max(minDelayMs, highMs / 2) : minDelayMs;
    return lowMs + (highMs - lowMs) * chance;
  }

  /** Each value is tried once; the next, too, where one was refused. */
  #round(): ModelRound {
    const { values, fallbackDelayMs } = this.#options;
    const tried = Math.max(1, values);
    let askedMs = 0;
    let isRepeatable = false;
    let isRefused = false;
    let failed = 0;
    for (let index = 0; index < tried; index++) {
      if (index > 0 && fallbackDelayMs > 0) this.#wait(fallbackDelayMs);
      if (values > 0) this.#index = index;
      const step = this.#attempt();
      isRefused = step === undefined;
      if (step === undefined) continue;
      if (step.kind === "ok") return { value: `value ${this.runs}`, askedMs, isRepeatable, isRefused, failed };
      failed++;
      if (step.kind !== "final") isRepeatable = true;
      if (step.kind === "retry_after" && Number.isFinite(step.tookMs)) askedMs = Math.max(askedMs, step.askedMs);
    }
    return { askedMs, isRepeatable, isRefused, failed };
  }

  /** What the function did, or `undefined` where it was not let run. */
  #attempt(): ModelStep | undefined {
    if (!this.#takeToken()) return undefined;
    const step = this.#steps[Math.min(this.runs, this.#steps.length - 1)]!;
    this.runs++;
    this.#attempts++;
    const { timeoutMs } = this.#options;
    const isLate = step.tookMs > timeoutMs;
    const endMs = this.#nowMs + Math.min(step.tookMs, timeoutMs);
    this.#cutBefore(endMs);
    this.#nowMs = endMs;
    if (isLate) return { kind: "error", tookMs: Infinity, askedMs: 0 };
    if (step.kind === "abort_error") throw new Ended(step.kind);
    return step;
  }

  /** A bucket of tokens: the last starts that count are looked through, one by one. */
  #takeToken(): boolean {
    const { intervalMs, burst, maxWaitMs, limitedBy } = this.#options;
    if (intervalMs === 0) return true;
    const bucket = limitedBy === "value" ? this.#index ?? 0 : 0;
    const startsMs = this.#starts.get(bucket) ?? [];
    this.#starts.set(bucket, startsMs);
    let dueMs = -Infinity;
    for (const startMs of startsMs) dueMs = Math.max(dueMs, startMs) + intervalMs;
    const exactMs = dueMs - (burst - 1) * intervalMs - this.#nowMs;
    const waitMs = exactMs > 1e-7 ? exactMs : 0;
    if (waitMs > maxWaitMs) return false;
    if (waitMs > 0) this.#wait(waitMs);
    startsMs.push(this.#nowMs);
    return true;
  }

  #wait(ms: number): void {
    if (this.#nowMs + ms >= this.#deadlineMs) throw this.#allFailed("deadline");
    this.#cutBefore(this.#nowMs + ms);
    this.#nowMs += ms;
    this.#waitedMs += ms;
  }

  /** Ends the call where the abort or the deadline comes before `untilMs`. */
  #cutBefore(untilMs: number): void {
    const cutMs = Math.min(this.#abortMs, this.#deadlineMs);
    if (cutMs >= untilMs) return;
    this.#nowMs = cutMs;
    throw this.#abortMs < this.#deadlineMs ? new Ended("aborted") : this.#allFailed("deadline");
  }

  #allFailed(reason: string): Ended {
    return new Ended(`all failed: ${reason}, ${this.#attempts}`);
  }

  #end(result: string, cache: string): ModelResult {
    return {
      result,
      cache,
      attempts: this.#attempts,
      waitedMs: this.#waitedMs,
      fallbackIndex: this.#index,
      endMs: this.#nowMs,
    };
  }
}
