import { isAttemptHandler } from "../attempt/current_call.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import type { OutcomeWatch } from "../attempt/outcome_watch.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { Handler, Layer } from "../call/layer.ts";
import type { Costs, Limiter, Ticket } from "../limiter/limiter.ts";
import { needing, needsKeys, needsLimit, withNeed } from "../options/option_needs.ts";
import { anyDuration, anyFunction, booleanFlag, oneOf } from "../options/validate.ts";
import { functionLimiters } from "../policy/function_limiters.ts";
import { endTurn, refusalOf, refuse, type Turn, turnIn } from "../policy/limiter_turn.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";
import {
  costsOf,
  overBurst,
  type RateLimit,
  rateLimitRule,
  type ResolvedLimit,
  resolveLimits,
  showRate,
} from "../policy/rate_fields.ts";
import { ServerPacing, watchOutcomes } from "../policy/server_pacing.ts";
import { type Duration, parseDuration } from "../time/duration.ts";

/** How many runs of the function may start per time. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface RateLimitOptions<Args extends readonly unknown[] = any[]> {
  /**
   * Starts per second, or a rate with its period and burst: a token bucket. Every attempt takes a token, or its `cost`. Any
   * `per` long has at most `limit` of them in it, or `limit + burst - 1` unless it is `strict`; over 10 000 a second 1 % more.
   * An attempt takes the tokens of all limits of an array, or none. A rate is kept by each process for itself, unless it
   * has a `store`, in which processes share it. With `fallbackStrategy` or `cooldown` it is the rate of each
   * fallback value.
   */
  readonly rateLimit?: number | RateLimit<Args> | readonly RateLimit<Args>[] | undefined;
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
  /**
   * Whether the server sets the pace, too: where a failed attempt says when to come back (Retry-After, `RateLimit`,
   * `RateLimit-Reset`, `X-RateLimit-Reset`), or a `Response` that nothing is left, all attempts that share the bucket wait
   * until then, up to `maxRetryAfter`. It needs `respectRetryAfter`.
   * @default true
   */
  readonly serverPacing?: boolean | undefined;
}

const RULES = needing("rateLimit", needsLimit, {
  rateLimit: rateLimitRule,
  rateLimitScope: oneOf(["per_function", "global", "per_args"]),
  rateLimitKey: withNeed(anyFunction, needsKeys),
  rateLimitMaxWait: anyDuration,
  serverPacing: booleanFlag,
});

/** A token per attempt. */
export const rateLimitPolicy: Policy = definePolicy<
  RateLimitOptions,
  "rateLimitScope" | "serverPacing",
  { readonly respectRetryAfter: boolean; readonly maxRetryAfter: Duration; readonly fallbackStrategy?: unknown }
>({
  name: "rateLimit",
  rules: RULES,
  defaults: { rateLimitScope: "per_function", serverPacing: true },
  show: { rateLimit: showRate },
  resolve: (options, host) => {
    if (options.rateLimit === undefined) return undefined;
    const limits = resolveLimits(host.task, options.rateLimit, host.hint);
    const { limiterOf, shared, handle } = functionLimiters(options, limits, host);
    const pacing = options.serverPacing && options.respectRetryAfter
      ? new ServerPacing(host, parseDuration(options.maxRetryAfter)!, options.fallbackStrategy !== undefined)
      : undefined;
    // Where a call brings one value, the retries give the answer, so that it costs no promise of its own.
    const isInRetries = host.parameters === undefined;
    if (pacing !== undefined) watchOutcomes(host.outcomes, pacing, { limiterOf, shared, isInRetries });
    const layer = rateLimitLayer({
      limiterOf,
      shared,
      limits,
      maxWaitMs: parseDuration(options.rateLimitMaxWait),
      pacing: isInRetries ? undefined : pacing,
    }, host);
    return { plain: layer, limited: () => layer, handles: { limiter: handle } };
  },
});

/** What the layer is made with. */
export interface RateLimitLayerOptions {
  /** The limiter of a call. */
  readonly limiterOf: (call: Call) => Limiter;
  /** The only one, where all calls share it, which is found sooner so. */
  readonly shared: Limiter | undefined;
  /** What it keeps to. */
  readonly limits: readonly ResolvedLimit[];
  /** The longest wait, in milliseconds; `undefined` for no limit. */
  readonly maxWaitMs: number | undefined;
  /** What is to be given the values, where no other layer gives them to it. */
  readonly pacing: ServerPacing | undefined;
}

/**
 * Lets attempts start at a rate, in the order in which they came.
 *
 * - A token is there: the attempt starts at once, nothing is waited for.
 * - None is there: it waits for its turn; where that is over `rateLimitMaxWait`, a `RateLimitError`
 *   at once, which is not retried, but continues with the next fallback value; where the deadline comes first, an
 *   `AllFailedError` at once. An attempt that costs more than a limit ever lets through is refused alike.
 * - A pause by the server or by hand: nothing starts before its end; who would wait for too long is refused.
 * - Abort: it leaves the queue at once, and its tokens go to the next.
 *
 * It stands within the retries and the fallback values: with a rate of 10 a second and `retries: 3`
 * there are at most 10 runs of the function a second over all callers. A cache hit takes none.
 *
 * @param options The limiters, and how long they are waited for.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function rateLimitLayer(options: RateLimitLayerOptions, host: LayerHost): Layer {
  const { limiterOf, shared, limits, maxWaitMs } = options;
  const hasCosts = limits.some(isByCost);
  return (next) => {
    const { startAtOnce, begin } = starters(next, options, host.outcomes);

    function waitForTurn(call: Call, limiter: Limiter, costs: Costs): Promise<unknown> {
      const turn = { limiter, costs, call, sinceMs: host.clock.now(), waitMs: limiter.waitMs(costs), maxWaitMs };
      const refusal = refusalOf(turn, host);
      return refusal === undefined ? runInTurn(turn) : Promise.reject(refusal);
    }

    /** The call continues after its own wait: run by the caller that wakes it, it would run in the async context of another. */
    async function runInTurn(turn: Turn): Promise<unknown> {
      const ticket = await turnIn(turn, host);
      endTurn(turn, ticket, host);
      return await begin(turn.call, turn.limiter, ticket, true);
    }

    function startAtCost(call: Call, limiter: Limiter): Promise<unknown> {
      const costs = costsOf(host.functionName, limits, call.args);
      const reason = overBurst(limits, costs);
      if (reason !== undefined) return Promise.reject(refuse(call, reason, Infinity, host));
      return limiter.tryStart(costs) ? startAtOnce(call, limiter) : waitForTurn(call, limiter, costs);
    }

    return (call) => {
      try {
        const limiter = shared ?? limiterOf(call);
        if (hasCosts) return startAtCost(call, limiter);
        return limiter.tryStart() ? startAtOnce(call, limiter) : waitForTurn(call, limiter, undefined);
      } catch (error) {
        stateOf(call).isFinal = true;
        return Promise.reject(error);
      }
    };
  };
}

/** What runs an attempt that has its tokens. */
interface Starters {
  /** As soon as it was asked for. */
  readonly startAtOnce: (call: Call, limiter: Limiter) => Promise<unknown>;
  /** With the ticket of its start; `isDated` says that the limiter is to learn when the function is called. */
  readonly begin: (call: Call, limiter: Limiter, ticket: Ticket, isDated: boolean) => Promise<unknown>;
}

function starters(
  next: Handler,
  { limiterOf, limits, pacing }: RateLimitLayerOptions,
  outcomes: OutcomeWatch,
): Starters {
  const hasCosts = limits.some(isByCost);
  // Where nothing lies between its token and its attempt one reading of the clock serves both.
  const isDatedLater = !isAttemptHandler(next);
  const isPlain = !hasCosts && !isDatedLater;
  const run: Handler = pacing === undefined
    ? next
    : (call) => next(call).then((value) => pacing.passed(value, limiterOf, call));
  const begin: Starters["begin"] = (call, limiter, ticket, isDated) => {
    if (hasCosts) {
      outcomes.onSpend?.(call, ticket);
      call.settle = (cost) => limiter.settle(ticket, limits.map((each) => isByCost(each) ? cost : undefined));
    }
    if (!isDated) return run(call);
    stateOf(call).isTimed = true;
    const running = run(call);
    limiter.began(ticket, call.startedMs ?? 0);
    return running;
  };
  return {
    begin,
    startAtOnce: (call, limiter) => {
      const ticket = isPlain ? undefined : limiter.ticket;
      return ticket === undefined ? run(call) : begin(call, limiter, ticket, isDatedLater);
    },
  };
}

function isByCost({ costOf }: ResolvedLimit): boolean {
  return costOf !== undefined;
}
