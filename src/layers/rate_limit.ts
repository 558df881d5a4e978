import { type Duration, parseDuration, toSeconds } from "../time/duration.ts";
import { formatDuration } from "../errors/format_duration.ts";
import { RateLimitError } from "../errors/rate_limit_error.ts";
import type { AbortScope } from "../call/abort_scope.ts";
import { needing, needsKeys, needsLimit, withNeed } from "../options/option_needs.ts";
import {
  anyDuration,
  anyFunction,
  numberThat,
  oneOf,
  type OptionRule,
  type OptionRules,
  positiveFiniteDuration,
  positiveInteger,
  validateOptions,
  wrongOption,
} from "../options/validate.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { Handler, Layer } from "../call/layer.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { canBeKept, type Rate } from "../limiter/rate.ts";
import { RateLimiter } from "../limiter/rate_limiter.ts";
import { bucketKeyOf } from "../policy/bucket_key.ts";
import { KeyedParts } from "../policy/keyed_parts.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";

/** A rate with its period and burst. */
export interface RateLimit {
  /** How many starts there may be per `per`; a fraction is allowed. */
  readonly limit: number;
  /**
   * The period that `limit` is meant for.
   * @default 1
   */
  readonly per?: Duration | undefined;
  /**
   * How many may start at once after a pause.
   * @default 1
   */
  readonly burst?: number | undefined;
}

/** How many runs of the function may start per time. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface RateLimitOptions<Args extends readonly unknown[] = any[]> {
  /**
   * Starts per second, or a rate with its period and burst: a token bucket. Every attempt takes a token. Any `per` long has
   * at most `limit` starts in it, or `limit + burst - 1`; over 10 000 a second 1 % more. A rate is kept by each process for
   * itself: where several share what is limited, each gets its part of the rate. With `fallbackStrategy` or `cooldown` it is
   * the rate of each fallback value.
   */
  readonly rateLimit?: number | RateLimit | undefined;
  /**
   * What shares a bucket: all calls of this function, all functions of the instance, or the calls with equal arguments.
   * @default "per_function"
   */
  readonly rateLimitScope?: "per_function" | "global" | "per_args" | undefined;
  /** The key of the bucket in place of the arguments, for the scope `"per_args"`. */
  readonly rateLimitKey?: ((...args: Args) => unknown) | undefined;
  /**
   * A call that would wait longer fails at once with a `RateLimitError`; with `argFallback` the next value is tried first.
   * By default it waits as long as it takes.
   */
  readonly rateLimitMaxWait?: Duration | undefined;
}

const rateNumber = numberThat("a positive number", (value) => Number.isFinite(value) && value > 0);

const RATE_FIELDS: OptionRules = { limit: rateNumber, per: positiveFiniteDuration, burst: positiveInteger };

const rateLimit: OptionRule = {
  desired: "a positive number of calls per second or { limit, per, burst }",
  accepts: (value) =>
    rateNumber.accepts(value) || (typeof value === "object" && value !== null && !Array.isArray(value)),
};

const RULES = needing("rateLimit", needsLimit, {
  rateLimit,
  rateLimitScope: oneOf(["per_function", "global", "per_args"]),
  rateLimitKey: withNeed(anyFunction, needsKeys),
  rateLimitMaxWait: anyDuration,
});

/** What is in force where a field of `rateLimit` is left out. */
const RATE_DEFAULTS = { per: 1, burst: 1 };

/** A token per attempt. */
export const rateLimitPolicy: Policy = definePolicy<
  RateLimitOptions,
  "rateLimitScope",
  { readonly fallbackStrategy?: unknown }
>({
  name: "rateLimit",
  rules: RULES,
  defaults: { rateLimitScope: "per_function" },
  show: { rateLimit: showRate },
  resolve: (options, host) => {
    if (options.rateLimit === undefined) return undefined;
    const rate = resolveRate(host.task, options.rateLimit);
    const maxWaitMs = parseDuration(options.rateLimitMaxWait);
    const keyOf = bucketKeyOf(options, host);
    if (keyOf === undefined) {
      const limiter = options.rateLimitScope === "global"
        ? host.globalLimiter(rate)
        : new RateLimiter(rate, host.clock);
      return rateLimitLayer(() => limiter, maxWaitMs, host);
    }
    const limiters = new KeyedParts(() => new RateLimiter(rate, host.clock));
    return rateLimitLayer((call) => limiters.of(keyOf(call)), maxWaitMs, host);
  },
});

function showRate(rate: unknown): unknown {
  const { per } = Object(rate) as Partial<RateLimit>;
  return per === undefined ? rate : { ...Object(rate), per: toSeconds(parseDuration(per)!) };
}

/**
 * The rate that `rateLimit` asks for.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param rateLimit The option as the user gave it.
 * @returns The rate.
 * @throws {ConfigurationError} If a field of it is wrong, or if the resulting time is too long to wait for.
 */
export function resolveRate(task: string, rateLimit: number | RateLimit): Rate {
  const isPlain = typeof rateLimit === "number";
  if (!isPlain) validateOptions(task, rateLimit, RATE_FIELDS, "rateLimit.");
  const given: RateLimit = isPlain ? { limit: rateLimit } : rateLimit;
  const { limit, per = RATE_DEFAULTS.per, burst = RATE_DEFAULTS.burst } = given;
  const name = isPlain ? "rateLimit" : "rateLimit.limit";
  if (limit === undefined) throw wrongOption(task, name, rateNumber, limit);
  const rate = { limit, perMs: parseDuration(per)!, burst };
  if (!canBeKept(rate)) {
    throw wrongOption(task, name, { desired: "a rate with a time between two starts that can be waited for" }, limit);
  }
  return rate;
}

/**
 * Lets attempts start at a rate, in the order in which they came.
 *
 * - A token is there: the attempt starts at once, nothing is waited for.
 * - None is there: it waits for its turn; where that is over `rateLimitMaxWait`, a `RateLimitError`
 *   at once, which is not retried, but continues with the next fallback value; where the deadline comes first, an
 *   `AllFailedError` at once.
 * - Abort: it leaves the queue at once, and its token goes to the next.
 *
 * It stands within the retries and the fallback values: with a rate of 10 a second and `retries: 3`
 * there are at most 10 runs of the function a second over all callers. A cache hit takes none.
 *
 * @param limiterOf The limiter of a call.
 * @param maxWaitMs The longest wait, in milliseconds; `undefined` for no limit.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function rateLimitLayer(
  limiterOf: (call: Call) => RateLimiter,
  maxWaitMs: number | undefined,
  host: LayerHost,
): Layer {
  return (next) => {
    function waitForTurn(call: Call, limiter: RateLimiter): Promise<unknown> {
      const waitMs = limiter.waitMs();
      const refusal = refusalOf(call, waitMs, maxWaitMs, host);
      if (refusal !== undefined) return Promise.reject(refusal);
      host.telemetry.record("rateLimited", host.functionName, call, { wait: toSeconds(waitMs) });
      return runInTurn(call, limiter, waitMs);
    }

    /** The call continues after its own wait: run by the caller that wakes it, it would run in the async context of another. */
    async function runInTurn(call: Call, limiter: RateLimiter, waitMs: number): Promise<unknown> {
      const state = stateOf(call);
      const { scope } = state;
      const startedMs = host.clock.now();
      state.waitReason = "rate limit";
      state.waitUntilMs = startedMs + waitMs;
      const ticket = await turnIn(limiter, scope);
      state.waitUntilMs = 0;
      const waitedMs = host.clock.now() - startedMs;
      state.waitedMs += waitedMs;
      host.telemetry.recordWait(waitedMs);
      // By one that had its turn at the same moment and ran before.
      if (scope?.isAborted) throw scope.reason;
      return await begin(next, call, limiter, ticket);
    }

    return (call) => {
      try {
        const limiter = limiterOf(call);
        if (!limiter.tryStart()) return waitForTurn(call, limiter);
        return limiter.ticket === undefined ? next(call) : begin(next, call, limiter, limiter.ticket);
      } catch (error) {
        stateOf(call).isFinal = true;
        return Promise.reject(error);
      }
    };
  };
}

/** What lies between the turn and the function takes its time, too: the window counts from when the function is called. */
function begin(next: Handler, call: Call, limiter: RateLimiter, ticket: number): Promise<unknown> {
  // A call with a state records exactly when its attempt begins.
  stateOf(call);
  const running = next(call);
  limiter.began(ticket, call.startedMs ?? 0);
  return running;
}

/** Resolves with a ticket when the turn has come; rejects at once when the call is aborted. */
function turnIn(limiter: RateLimiter, scope: AbortScope | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const leave = limiter.enqueue((ticket) => {
      scope?.offAbort(stop);
      resolve(ticket);
    });
    const stop = (reason: unknown) => {
      leave();
      reject(reason);
    };
    scope?.onAbort(stop);
  });
}

function refusalOf(
  call: Call,
  waitMs: number,
  maxWaitMs: number | undefined,
  host: LayerHost,
): Error | undefined {
  if (call.state?.scope?.isAborted) return call.state.scope.reason as Error;
  if (maxWaitMs !== undefined && waitMs > maxWaitMs) {
    const name = JSON.stringify(host.functionName);
    const text = `Cannot run ${name} within the rate limit for another ${formatDuration(waitMs)}`;
    const refusal = new RateLimitError(text, waitMs, { cause: call.state?.attempts.at(-1)?.error });
    host.failures.refuse(call, refusal);
    return refusal;
  }
  if (host.clock.now() + waitMs >= (call.state?.deadlineAtMs ?? Infinity)) {
    return host.failures.allFailed(call, "deadline");
  }
  return undefined;
}
