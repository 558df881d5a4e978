import type { LayerHost } from "../attempt/layer_host.ts";
import { pauseBetweenValues } from "../attempt/value_pause.ts";
import { isAbortedByCaller } from "../call/aborted_by_caller.ts";
import { type Call, stateOf } from "../call/call.ts";
import { dropResponseOf } from "../call/drop_response.ts";
import type { Layer } from "../call/layer.ts";
import { rootOf } from "../errors/error_label.ts";
import { httpStatusOf } from "../errors/http_status.ts";
import type { FallbackStrategy } from "../fallback/fallback_strategy.ts";
import { type HealthSettings, ValueHealth } from "../fallback/value_health.ts";
import { ValueRound } from "../fallback/value_round.ts";
import { type FallbackLists, type FallbackParameters, stepsOf } from "../function_source/fallback_parameter.ts";
import { retryAfterMs } from "../retry/retry_after.ts";
import type { Clock } from "../time/clock.ts";
import { toSeconds } from "../time/duration.ts";
import { stepKey } from "./fallback_key.ts";
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
  readonly #options: HealthyValuesOptions;
  readonly #parts: KeyedParts<ValueHealth>;
  readonly #turns = { latest: 0 };

  constructor(options: HealthyValuesOptions, clock: Clock) {
    this.#options = options;
    this.#parts = new KeyedParts(() => new ValueHealth(options, clock));
  }

  /** A round over the steps of `lists`. */
  roundOf(lists: FallbackLists, nowMs: number): ValueRound {
    const values: ValueHealth[] = [];
    const steps = stepsOf(lists);
    for (let i = 0; i < steps; i++) values.push(this.#parts.of(stepKey(lists, i)).use(nowMs));
    return new ValueRound({ strategy: this.#options.strategy, turns: this.#turns }, values);
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
  const { clock, failures } = host;
  const table = new HealthTable(options, clock);
  return (next) => {
    async function tryByHealth(call: Call, lists: FallbackLists): Promise<unknown> {
      const { args } = call;
      const state = stateOf(call);
      const round = table.roundOf(lists, clock.now());
      for (let i = round.next(clock.now())!;;) {
        state.fallbackIndex = i;
        state.hasNextValue = round.hasOthers;
        call.args = parameters.argsAt(args, lists, i);
        const attempts = state.attemptCount;
        round.begin(i);
        let error: unknown;
        try {
          const value = await next(call);
          if (state.attemptCount > attempts) succeed(call, round, clock);
          return value;
        } catch (thrown) {
          error = thrown;
          failures.record(call, error);
          if (state.attemptCount > attempts) fail(call, error, round, options, host);
          round.leave(failures.wasRefused(call, error));
        } finally {
          round.release();
          call.args = args;
        }
        i = await nextAfter(call, error, round, options.delayMs, host);
      }
    }

    return (call) => {
      const lists = parameters.listsOf(call.args);
      return lists === undefined ? next(call) : tryByHealth(call, lists);
    };
  };
}

function succeed(call: Call, round: ValueRound, clock: Clock): void {
  const nowMs = clock.now();
  round.succeed(nowMs - call.startedMs!, nowMs);
}

/** Counts what an attempt threw against its value, unless that says nothing of it. */
function fail(call: Call, error: unknown, round: ValueRound, options: HealthyValuesOptions, host: LayerHost): void {
  const { clock, failures, telemetry, functionName } = host;
  const isEndedByDeadline = call.state!.scope?.isAborted === true && !isAbortedByCaller(call);
  if (!isEndedByDeadline && !failures.isOfValue(call)) return;
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
