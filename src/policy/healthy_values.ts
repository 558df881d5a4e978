import type { LayerHost } from "../attempt/layer_host.ts";
import { pauseBetweenValues } from "../attempt/value_pause.ts";
import { isAbortedByCaller } from "../call/aborted_by_caller.ts";
import { type Call, stateOf } from "../call/call.ts";
import { dropResponseOf } from "../call/drop_response.ts";
import type { Layer } from "../call/layer.ts";
import { rootOf } from "../errors/error_label.ts";
import { httpStatusOf } from "../errors/http_status.ts";
import { COMPARISONS, type FallbackStrategy } from "../fallback/fallback_strategy.ts";
import { type HealthSettings, ValueHealth } from "../fallback/value_health.ts";
import { ValueRound, type ValueRoundOptions } from "../fallback/value_round.ts";
import { type FallbackLists, type FallbackParameters, stepsOf } from "../function_source/fallback_parameter.ts";
import { retryAfterMs } from "../retry/retry_after.ts";
import { toSeconds } from "../time/duration.ts";
import { stepKey } from "./fallback_key.ts";
import { startingAtOnce } from "./first_value.ts";
import { KeyedParts } from "./keyed_parts.ts";

/** How the layer tries values. */
export interface HealthyValuesOptions extends HealthSettings {
  readonly strategy: FallbackStrategy;
  /** Where the values go in the arguments. */
  readonly parameters: FallbackParameters;
  /** The wait before each further value, in milliseconds. */
  readonly delayMs: number;
  /** Whether a value cools down for as long as its server asks to wait. */
  readonly respectRetryAfter: boolean;
}

/** The health of the values of one function, whatever lists they come in. */
class HealthTable {
  readonly #parts: KeyedParts<ValueHealth>;
  readonly #options: HealthyValuesOptions;
  readonly #rounds: ValueRoundOptions;
  readonly #host: LayerHost;
  readonly #learnsFromSuccess: boolean;

  constructor(options: HealthyValuesOptions, host: LayerHost) {
    const { strategy } = options;
    this.#options = options;
    this.#host = host;
    this.#rounds = { strategy, turns: { latest: 0 } };
    this.#parts = new KeyedParts(() => new ValueHealth(options, host.clock));
    this.#learnsFromSuccess = COMPARISONS[strategy].isTimed || COMPARISONS[strategy].isStaying || false;
  }

  /** As exact as the values need it, and read once for all calls of a turn. */
  nowMs(): number {
    const { clock } = this.#host;
    return clock.coarseNow === undefined ? clock.now() : clock.coarseNow();
  }

  /** A round over the steps of `lists`. */
  roundOf(lists: FallbackLists, nowMs: number): ValueRound {
    const steps = stepsOf(lists);
    const values = new Array<ValueHealth>(steps);
    for (let i = 0; i < steps; i++) values[i] = this.#parts.of(stepKey(lists, i)).use(nowMs);
    return new ValueRound(this.#rounds, values);
  }

  /** The value `i` is tried. */
  begin(call: Call, lists: FallbackLists, round: ValueRound, i: number): void {
    const state = call.state!;
    state.fallbackIndex = i;
    state.hasNextValue = round.hasOthers;
    call.args = this.#options.parameters.argsAt(call.args, lists, i);
    round.begin(i);
  }

  /** A value succeeded, `attempts` attempts after the call began. */
  succeed(call: Call, args: readonly unknown[], round: ValueRound, attempts: number): void {
    const isTried = this.#learnsFromSuccess && call.state!.attemptCount > attempts;
    if (isTried) round.succeed(call.startedMs!, this.nowMs());
    round.release();
    call.args = args;
  }

  /** A value came to `error`. */
  leave(call: Call, args: readonly unknown[], round: ValueRound, attempts: number, error: unknown): void {
    try {
      settle(call, error, round, attempts, this.#options, this.#host);
    } finally {
      round.release();
      call.args = args;
    }
  }
}

/**
 * One round over the fallback values by their health: each is tried once at most, until one succeeds.
 *
 * - Success: the value of the first that succeeds.
 * - Failure: counts against its value where `fallbackOn` matches it, and where the deadline ends the attempt; a value that
 *   fails too often cools down. The next value is tried, but none that cools down where one that does not has failed.
 * - Refusal, as by a rate limit or a circuit breaker of its own: does not count; the next value is tried.
 * - Abort: does not count; it ends the wait between two values at once.
 *
 * @param options The strategy, when values cool down, and where they go in the arguments.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function healthyValuesLayer(options: HealthyValuesOptions, host: LayerHost): Layer {
  const { parameters } = options;
  const table = new HealthTable(options, host);
  return (next) => {
    async function tryOthers(call: Call, lists: FallbackLists, round: ValueRound, first: unknown): Promise<unknown> {
      const { args } = call;
      for (let error = first;;) {
        const i = await nextAfter(call, error, round, options.delayMs, host);
        const attempts = call.state!.attemptCount;
        table.begin(call, lists, round, i);
        try {
          const value = await next(call);
          table.succeed(call, args, round, attempts);
          return value;
        } catch (thrown) {
          table.leave(call, args, round, attempts, thrown);
          error = thrown;
        }
      }
    }

    function tryFirst(call: Call, lists: FallbackLists): Promise<unknown> {
      const { args } = call;
      const attempts = stateOf(call).attemptCount;
      const nowMs = table.nowMs();
      const round = table.roundOf(lists, nowMs);
      table.begin(call, lists, round, round.next(nowMs)!);
      return next(call).then((value) => {
        table.succeed(call, args, round, attempts);
        return value;
      }, (error) => {
        table.leave(call, args, round, attempts, error);
        return tryOthers(call, lists, round, error);
      });
    }

    return startingAtOnce(parameters, next, tryFirst);
  };
}

/** Records what came of a value, `attempts` attempts after the call began, in place of a result. */
function settle(
  call: Call,
  error: unknown,
  round: ValueRound,
  attempts: number,
  options: HealthyValuesOptions,
  host: LayerHost,
): void {
  host.failures.record(call, error);
  // A refusal says nothing of the value, and neither does what kept the attempt from running.
  if (call.state!.attemptCount > attempts && isOfValue(call, host)) fail(call, error, round, options, host);
  round.leave(host.failures.wasRefused(call, error));
}

function isOfValue(call: Call, { failures }: LayerHost): boolean {
  const isEndedByDeadline = call.state!.scope?.isAborted === true && !isAbortedByCaller(call);
  return isEndedByDeadline || failures.isOfValue(call);
}

/** Counts what an attempt threw against its value. */
function fail(call: Call, error: unknown, round: ValueRound, options: HealthyValuesOptions, host: LayerHost): void {
  const { clock, telemetry, functionName } = host;
  const nowMs = clock.now();
  const coolMs = round.fail({
    nowMs,
    tookMs: nowMs - call.startedMs!,
    isRejected: REJECTED.includes(httpStatusOf(error) ?? httpStatusOf(rootOf(error))),
    retryAfterMs: options.respectRetryAfter ? retryAfterMs(error, clock.wallNow()) ?? 0 : 0,
  });
  if (coolMs === 0) return;
  const { fallbackIndex } = call.state!;
  const event = { fallbackIndex: fallbackIndex!, cooldown: toSeconds(coolMs), error };
  telemetry.record("fallbackCooldown", functionName, call, event);
}

/** The statuses that say that the value itself is not accepted. */
const REJECTED: readonly (number | undefined)[] = [401, 403];

/** The index of the value that is tried after `error`, which is thrown where there is none. */
async function nextAfter(
  call: Call,
  error: unknown,
  round: ValueRound,
  delayMs: number,
  host: LayerHost,
): Promise<number> {
  const { clock, failures, telemetry, functionName } = host;
  const first = failures.canTryNext(call) ? round.next(clock.now()) : undefined;
  if (first === undefined) throw error;
  dropResponseOf(error);
  await pauseBetweenValues(call, delayMs, host);
  // Another call may have changed in the meantime which it is.
  const fallbackIndex = round.next(clock.now()) ?? first;
  telemetry.record("fallback", functionName, call, { fallbackIndex, error });
  return fallbackIndex;
}
