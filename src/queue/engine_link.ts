import { isOperoError } from "../errors/opero_error.ts";
import { errorText } from "../errors/error_label.ts";
import { backoffDelayMs, type BackoffPolicy } from "../retry/backoff.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Clock } from "../time/clock.ts";

/** How long to wait for an engine that is away. */
const BACKOFF: BackoffPolicy = { minDelayMs: 50, maxDelayMs: 2_000, backoffFactor: 2, jitter: "full" };

/** What it is made with. */
export interface EngineLinkInit {
  readonly clock: Clock;
  readonly random: () => number;
  readonly telemetry: Telemetry;
  /** The name of the function, for messages. */
  readonly functionName: string;
  /** Which side it is, as messages have it: `caller` or `worker`. */
  readonly side: string;
}

/** What goes to an engine and is tried again while that is away: there is one line about each outage, and one after it. */
export class EngineLink {
  readonly #init: EngineLinkInit;
  readonly #stopping = new AbortController();
  #outages = 0;
  #isAway = false;

  /** A link that has not been used. */
  constructor(init: EngineLinkInit) {
    this.#init = init;
  }

  /** Whether the engine did not answer when it was last asked. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Aborts when nothing is to be tried any more. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Nothing is tried again from here on. */
  stop(): void {
    this.#stopping.abort(new DOMException("The line to the engine was closed", "AbortError"));
  }

  /**
   * Does `work` until it succeeds. An error of this library's says that no other attempt would.
   *
   * @throws {OperoError} What `work` throws.
   * @throws {DOMException} If the link is stopped meanwhile.
   */
  async keepTrying<T>(work: () => Promise<T>): Promise<T> {
    const { clock, random } = this.#init;
    for (let round = 0, waitMs = BACKOFF.minDelayMs;; round++) {
      try {
        this.signal.throwIfAborted();
        const result = await work();
        this.#recover();
        return result;
      } catch (error) {
        if (this.signal.aborted || isOperoError(error)) throw error;
        this.#lose(error);
      }
      waitMs = backoffDelayMs(BACKOFF, round, waitMs, random);
      await clock.sleep(waitMs, this.signal);
    }
  }

  /**
   * Does `work` once, where it will be asked again anyway: how it ends says whether the engine answers.
   *
   * @throws {unknown} What `work` throws.
   */
  async tryOnce<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#recover();
      return result;
    } catch (error) {
      if (!this.signal.aborted && !isOperoError(error)) this.#lose(error);
      throw error;
    }
  }

  #lose(error: unknown): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#outages++;
    const reason = errorText(error) ?? "no reason given";
    this.#warn("away", `the engine of ${this.#name} does not answer (${reason}); it is tried again until it does`);
  }

  #recover(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#warn("back", `the engine of ${this.#name} answers again`);
  }

  #warn(kind: string, message: string): void {
    const { telemetry, functionName, side } = this.#init;
    telemetry.warnOnce(`engine ${side} ${kind} ${this.#outages}`, functionName, message);
  }

  get #name(): string {
    return JSON.stringify(this.#init.functionName);
  }
}
