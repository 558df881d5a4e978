import type { AllFailedReason } from "../errors/all_failed_error.ts";
import { RateLimitError } from "../errors/rate_limit_error.ts";
import { type Call, stateOf } from "../call/call.ts";
import { toSeconds } from "../time/duration.ts";
import { Attempt } from "./attempt.ts";
import { FailureLog, type FailureLogOptions } from "./failure_log.ts";
import { isOver } from "./is_over.ts";
import { delayAfterRefusal } from "./refusal_delay.ts";
import { describeStop } from "./failure_wording.ts";
import { describeRefusal } from "./refusal_wording.ts";
import { isWaitedFor, soonestRefusal, soonestWaitMs } from "./refused_round.ts";
import { retryContext, type RetryPredicate } from "./retry_context.ts";
import type { RetryPolicy } from "./retry_policy.ts";

/** What such a log needs to know of its function. */
export interface RefusalLogOptions extends FailureLogOptions {
  /** Decides whether the next fallback value may be tried. */
  readonly fallbackOn: RetryPredicate;
}

/** A log where policies may refuse attempts before they begin, or look at the fallback values one by one. */
export class RefusalLog extends FailureLog {
  /** What is known of the function. */
  declare protected readonly options: RefusalLogOptions;
  readonly #refusals = new WeakSet<Error>();

  /** A log for one wrapped function. */
  constructor(options: RefusalLogOptions) {
    super(options);
  }

  /**
   * Records that an attempt of `call` was refused with `error` before it began: the next fallback value may be tried.
   * With `isWorthWait` a round in which all were refused is made again once the refusals say that it may. One beside others
   * was not needed: to the round it is as if it had not been asked for.
   */
  override refuse(call: Call, error: Error, isWorthWait = false): void {
    const { tally } = this.options;
    if (tally !== undefined) tally.shed++;
    if (call.isFork) return;
    const state = stateOf(call);
    const attempt = new Attempt(call);
    attempt.end("refused", error);
    attempt.canTryNext = state.hasNextValue;
    attempt.isWaitedFor = isWorthWait;
    state.addEnded(attempt);
    this.#refusals.add(error);
  }

  /** Whether the next fallback value may be tried. */
  override canTryNext(call: Call): boolean {
    const state = stateOf(call);
    return !isOver(state) && state.hasNextValue && state.round.at(-1)?.canTryNext === true;
  }

  /** Whether `error` is such that the next value, where there is one, may be tried. */
  protected override isForNext(call: Call, error: unknown): boolean {
    return stateOf(call).hasNextValue && this.options.fallbackOn(error, retryContext(call, this.options.random));
  }

  /** Whether `error` is the refusal that the latest attempt of `call` met with. */
  override wasRefused(call: Call, error: unknown): boolean {
    const last = call.state?.round.at(-1);
    return last !== undefined && last.outcome === "refused" && last.error === error;
  }

  /**
   * Whether the latest attempt of `call` failed with what another value may fix: `fallbackOn` matches it. For the last value
   * that was not asked so far.
   *
   * @throws {unknown} What `fallbackOn` throws; it ends the call.
   */
  override isOfValue(call: Call): boolean {
    const state = stateOf(call);
    const last = state.round.at(-1);
    if (last?.outcome !== "failed" || state.hasNextValue) return last?.outcome === "failed" && last.canTryNext;
    try {
      return this.options.fallbackOn(last.error, retryContext(call, this.options.random));
    } catch (thrown) {
      state.isFinal = true;
      throw thrown;
    }
  }

  /** Whether each value of the latest round was refused, and one at least by what is worth to wait for. */
  override isWaitedFor(call: Call): boolean {
    const state = stateOf(call);
    return !isOver(state) && isWaitedFor(state.round);
  }

  /**
   * The wait until what refused the latest round of `call` as a whole may let something through, in milliseconds, or why it
   * is not waited for. `error` is what the latest attempt was refused with.
   */
  override delayAfterRefusal(policy: RetryPolicy, call: Call, error: unknown): number | AllFailedReason {
    const { telemetry, functionName } = this.options;
    const delayMs = delayAfterRefusal(policy, this.options, call, soonestWaitMs(stateOf(call).round));
    if (typeof delayMs !== "number") return delayMs;
    telemetry.record("circuitWait", functionName, call, { wait: toSeconds(delayMs), error });
    return delayMs;
  }

  /** A refusal may be replaced, too; but who is over a limit of his own is to slow down in place of that. */
  override isReplaceable(error: unknown): error is Error {
    if (super.isReplaceable(error)) return true;
    return error instanceof Error && this.#refusals.has(error) && !(error instanceof RateLimitError);
  }

  /** The refusal that ends a round that was refused; it comes out as it is where nothing ran. */
  protected override endRefused(call: Call, error: unknown, reason: AllFailedReason = "attempts"): unknown {
    const state = stateOf(call);
    if (state.round.at(-1)?.outcome !== "refused") return undefined;
    const refusal = soonestRefusal(state.round) ?? error;
    return state.attempts.length === 0 ? refusal : this.allFailed(call, reason, refusal);
  }

  /** What the attempts of the latest round of `call` threw. */
  override roundErrors(call: Call): unknown[] {
    return stateOf(call).round.filter(({ outcome }) => outcome !== "refused").map(({ error }) => error);
  }

  /** Why the call stopped: a refusal is no attempt. */
  protected override describe(reason: AllFailedReason, attempts: number, refusal: unknown): string {
    const { functionName } = this.options;
    if (refusal !== undefined) return describeRefusal(functionName, reason, attempts);
    if (reason === "budget") return describeStop(functionName, attempts, "the retry budget is used up");
    return super.describe(reason, attempts, refusal);
  }
}
