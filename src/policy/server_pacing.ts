import type { LayerHost } from "../attempt/layer_host.ts";
import type { OutcomeWatch } from "../attempt/outcome_watch.ts";
import type { Call } from "../call/call.ts";
import type { WaitReason } from "../call/call_state.ts";
import { isResponse } from "../errors/http_status.ts";
import type { Limiter } from "../limiter/limiter.ts";
import { retryAfterMs } from "../retry/retry_after.ts";
import { quotaPauseMs, usedUpMs } from "../retry/server_pause.ts";
import { toSeconds } from "../time/duration.ts";
import type { FunctionLimiters } from "./function_limiters.ts";

/** Attempts that fail together have the same answer: by how much longer a pause has to become to be news, in milliseconds. */
const NEWS_MS = 1_000;

/**
 * Pauses a limiter for as long as the server asks for. Where a call has another fallback value to be tried that shares
 * the limiter, nothing is paused: that may be another server.
 */
export class ServerPacing {
  readonly #host: LayerHost;
  readonly #maxPauseMs: number;
  readonly #isPerValue: boolean;

  /** No pause is longer than `maxPauseMs`; `isPerValue` says that each fallback value has a limiter. */
  constructor(host: LayerHost, maxPauseMs: number, isPerValue: boolean) {
    this.#host = host;
    this.#maxPauseMs = maxPauseMs;
    this.#isPerValue = isPerValue;
  }

  /** An attempt of `call` failed with `error`. */
  failed(call: Call, limiterOf: (call: Call) => Limiter, error: unknown): void {
    if (this.#isLeft(call)) return;
    const wallNowMs = this.#host.clock.wallNow();
    const askedMs = retryAfterMs(error, wallNowMs);
    if (askedMs !== undefined) return this.#pause(limiterOf(call), askedMs, "Retry-After", call);
    const quotaMs = quotaPauseMs(error, wallNowMs);
    if (quotaMs !== undefined) this.#pause(limiterOf(call), quotaMs, "quota used up", call);
  }

  /** Answers `value`, which the function answered for `call`. */
  passed(value: unknown, limiterOf: (call: Call) => Limiter, call: Call): unknown {
    const askedMs = this.#isLeft(call) ? undefined : this.#askedMs(value);
    if (askedMs !== undefined) this.#pause(limiterOf(call), askedMs, "quota used up", call);
    return value;
  }

  /** The same, where all calls share `limiter`. */
  passedShared(value: unknown, limiter: Limiter): unknown {
    const askedMs = this.#askedMs(value);
    if (askedMs !== undefined) this.#pause(limiter, askedMs, "quota used up");
    return value;
  }

  /** How long the server that answered `value` has nothing more; `undefined` where it does not say so. */
  #askedMs(value: unknown): number | undefined {
    return isResponse(value) ? usedUpMs(value, this.#host.clock.wallNow()) : undefined;
  }

  #isLeft(call: Call): boolean {
    return !this.#isPerValue && call.state?.hasNextValue === true;
  }

  #pause(limiter: Limiter, askedMs: number, reason: WaitReason, call?: Call): void {
    const pauseMs = Math.min(askedMs, this.#maxPauseMs);
    if (pauseMs <= 0 || limiter.pause(pauseMs, reason) < Math.min(pauseMs, NEWS_MS)) return;
    this.#report(pauseMs, this.#isPerValue ? call?.state?.fallbackIndex : undefined);
  }

  #report(pauseMs: number, fallbackIndex: number | undefined): void {
    const { telemetry, functionName, outcomes } = this.#host;
    outcomes.pauseListeners?.forEach((listener) => listener(pauseMs));
    if (!telemetry.isOn) return;
    const event = { functionName, fallbackIndex, pause: toSeconds(pauseMs) };
    telemetry.log("warning", "the server has paused the rate limit", event);
    if (telemetry.wants("rateLimitPaused")) telemetry.emit("rateLimitPaused", event);
  }
}

/** What is watched. */
export interface WatchedLimiters extends Pick<FunctionLimiters, "limiterOf" | "shared"> {
  /** Whether the values are to be watched, too, or are given to it elsewhere. */
  readonly isInRetries: boolean;
}

/**
 * Lets the outcomes of a function set its pace.
 *
 * @param outcomes Where the outcomes are to be had.
 * @param pacing What reads them.
 * @param limiters What it pauses.
 */
export function watchOutcomes(outcomes: OutcomeWatch, pacing: ServerPacing, limiters: WatchedLimiters): void {
  const { limiterOf, shared, isInRetries } = limiters;
  outcomes.onFailure = (call, error) => pacing.failed(call, limiterOf, error);
  if (!isInRetries) return;
  // Most functions answer no object, or have one limiter: these are to cost as little as can be.
  if (shared === undefined) {
    outcomes.onValueOf = (value, call) => typeof value === "object" ? pacing.passed(value, limiterOf, call) : value;
  } else {
    outcomes.onValue = (value) => typeof value === "object" ? pacing.passedShared(value, shared) : value;
  }
}
