import type { LayerHost } from "../attempt/layer_host.ts";
import { type Call, scopeOf, stateOf } from "../call/call.ts";
import type { WaitReason } from "../call/call_state.ts";
import { formatDuration } from "../errors/format_duration.ts";
import { RateLimitError } from "../errors/rate_limit_error.ts";
import type { Costs, Limiter, Ticket } from "../limiter/limiter.ts";
import { toSeconds } from "../time/duration.ts";
import { tickDuring } from "../time/request_ticks.ts";

/** Why none starts where `onStoreFailure` is `"fail"`, and when the store is asked again, in milliseconds. */
const AWAY = "as its store does not answer";
const RETRY_MS = 250;

/** One that waits for its turn. */
export interface Turn {
  readonly limiter: Limiter;
  readonly costs: Costs;
  readonly call: Call;
  /** Since when it waits, in milliseconds of the clock. */
  readonly sinceMs: number;
  /** How long it is likely to wait, in milliseconds. */
  readonly waitMs: number;
  /** How long it may wait, in milliseconds; `undefined` for no limit. */
  readonly maxWaitMs: number | undefined;
}

/**
 * Waits until the turn has come.
 *
 * @param turn Who waits for what.
 * @param host What the instance provides for the layers.
 * @returns The ticket of the start. It rejects at once when the call is aborted, or a pause begins that is too long for it.
 */
export function turnIn(
  { limiter, costs, call, sinceMs, waitMs, maxWaitMs = Infinity }: Turn,
  host: LayerHost,
): Promise<Ticket> {
  const scope = scopeOf(call);
  let shownMs = sinceMs + waitMs;
  const show = () => showWait(call, shownMs, limiter.waitReason(shownMs));
  show();
  const turn = new Promise<Ticket>((resolve, reject) => {
    const start = (ticket: Ticket) => {
      scope?.offAbort(stop);
      resolve(ticket);
    };
    const onPause = (untilMs: number, startMs = untilMs) => {
      if (untilMs - sinceMs <= maxWaitMs) {
        shownMs = Math.max(shownMs, startMs);
        return show();
      }
      scope?.offAbort(stop);
      stop(refuseWait(call, untilMs - host.clock.now(), host));
    };
    const onRefuse = (cause: unknown) => {
      scope?.offAbort(stop);
      stop(refuse(call, AWAY, RETRY_MS, host, cause));
    };
    const leave = limiter.enqueue(start, costs, onPause, { latestMs: sinceMs + maxWaitMs, onRefuse });
    const stop = (reason: unknown) => {
      leave();
      showWait(call, 0);
      reject(reason);
    };
    scope?.onAbort(stop);
  });
  tickDuring(turn, host.clock, waitMs, () => limiter.wake());
  return turn;
}

/** Says until when a call waits, in milliseconds, and for what, or with 0 that it does not. While a hedge waits, its call runs. */
function showWait(call: Call, untilMs: number, reason: WaitReason = "rate limit"): void {
  if (call.isFork) return;
  const state = stateOf(call);
  state.waitReason = reason;
  state.waitUntilMs = untilMs;
}

/**
 * Ends the wait of one whose turn has come.
 *
 * @param turn Who waited.
 * @param ticket The ticket of its start, which it gives back where it does not begin.
 * @param host What the instance provides for the layers.
 * @throws {unknown} The reason of the abort, by one that had its turn at the same moment and ran before.
 */
export function endTurn({ call, limiter, sinceMs }: Turn, ticket: Ticket, host: LayerHost): void {
  const state = stateOf(call);
  showWait(call, 0);
  const waitedMs = host.clock.now() - sinceMs;
  state.waitedMs += waitedMs;
  host.telemetry.recordWait(call, waitedMs);
  const scope = scopeOf(call);
  if (!scope?.isAborted) return;
  limiter.giveBack(ticket);
  throw scope.reason;
}

/**
 * Why a call does not wait for its turn; where it does, it says so to those who listen.
 *
 * @param turn Who would wait for what.
 * @param host What the instance provides for the layers.
 * @returns What it ends with, or `undefined` where it waits.
 */
export function refusalOf({ call, sinceMs, waitMs, maxWaitMs }: Turn, host: LayerHost): Error | undefined {
  const scope = scopeOf(call);
  if (scope?.isAborted) return scope.reason as Error;
  if (maxWaitMs !== undefined && waitMs > maxWaitMs) return refuseWait(call, waitMs, host);
  if (sinceMs + waitMs >= (call.state?.deadlineAtMs ?? Infinity)) {
    // The attempt beside it may well be in time.
    return call.isFork ? refuseWait(call, waitMs, host) : host.failures.allFailed(call, "deadline");
  }
  if (waitMs > 0) host.telemetry.record("rateLimited", host.functionName, call, { wait: toSeconds(waitMs) });
  return undefined;
}

function refuseWait(call: Call, waitMs: number, host: LayerHost): RateLimitError {
  return refuse(call, `for another ${formatDuration(waitMs)}`, waitMs, host);
}

/**
 * Refuses an attempt.
 *
 * @param call The call.
 * @param reason Why, as the end of the message.
 * @param retryAfterMs After how long one may start, in milliseconds.
 * @param host What the instance provides for the layers.
 * @param cause What has failed; by default the attempt before.
 * @returns The error, to be rejected with.
 */
export function refuse(
  call: Call,
  reason: string,
  retryAfterMs: number,
  host: LayerHost,
  cause: unknown = call.state?.attempts.at(-1)?.error,
): RateLimitError {
  const index = call.state?.fallbackIndex;
  const value = index === undefined ? "" : ` with the fallback value ${index}`;
  const text = `Cannot run ${JSON.stringify(host.functionName)}${value} within the rate limit ${reason}`;
  const refusal = new RateLimitError(text, retryAfterMs, { cause });
  host.failures.refuse(call, refusal);
  return refusal;
}
