import { attemptsOf } from "../attempt/attempt.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import type { AbortScope } from "../call/abort_scope.ts";
import { isAbortedByCaller } from "../call/aborted_by_caller.ts";
import { type Call, scopeOf, stateOf } from "../call/call.ts";
import type { Handler, Layer } from "../call/layer.ts";
import { AdaptiveSlots } from "../concurrency/adaptive_slots.ts";
import { AimdLimit } from "../concurrency/aimd_limit.ts";
import { Gradient2Limit } from "../concurrency/gradient2_limit.ts";
import { Slots } from "../concurrency/slots.ts";
import { isOfKind } from "../errors/error_kind.ts";
import { formatDuration } from "../errors/format_duration.ts";
import { httpStatusOf } from "../errors/http_status.ts";
import { OverloadError } from "../errors/overload_error.ts";
import { keyAnswer } from "../options/key_answer.ts";
import { needing, needsConcurrency } from "../options/option_needs.ts";
import { anyFunction } from "../options/validate.ts";
import {
  type ConcurrencyConfig,
  concurrencyRule,
  filledConcurrency,
  showConcurrency,
} from "../policy/concurrency_fields.ts";
import { KeyedParts } from "../policy/keyed_parts.ts";
import { isRequestBound } from "../runtime/request_bound.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";
import type { Clock } from "../time/clock.ts";
import { parseDuration } from "../time/duration.ts";
import { tickDuring } from "../time/request_ticks.ts";

/** How many attempts may run at once. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface ConcurrencyOptions<Args extends readonly unknown[] = any[]> {
  /**
   * How many attempts of this function run at once, over all callers; others wait in the order in which they came, up to
   * `maxQueue` and `maxWait`, then it is an `OverloadError`. `{ min, max }` finds the limit by itself. A slot is held from
   * before the wait for the rate limit until the attempt ends, also by its timeout.
   */
  readonly concurrency?: number | ConcurrencyConfig | undefined;
  /** Calls with the same key share the slots; without it all calls do. */
  readonly concurrencyKey?: ((...args: Args) => unknown) | undefined;
}

/** A slot per attempt. */
export const concurrencyPolicy: Policy = definePolicy<ConcurrencyOptions>({
  name: "concurrency",
  rules: needing("concurrency", needsConcurrency, { concurrency: concurrencyRule, concurrencyKey: anyFunction }),
  defaults: {},
  show: { concurrency: showConcurrency },
  resolve: ({ concurrency, concurrencyKey }, host) => {
    if (concurrency === undefined) return undefined;
    const filled = filledConcurrency(host.task, concurrency, host.hint);
    const make = slotsMaker(filled, host.clock);
    const options = { maxQueue: filled.maxQueue!, maxWaitMs: parseDuration(filled.maxWait) ?? Infinity };
    if (concurrencyKey === undefined) {
      const slots = make();
      return concurrencyLayer({ ...options, slotsOf: () => slots }, host);
    }
    const parts = new KeyedParts(make);
    const keyOf = (args: readonly unknown[]) => keyAnswer(host.functionName, "concurrencyKey", concurrencyKey(...args));
    return concurrencyLayer({ ...options, slotsOf: ({ args }) => parts.of(keyOf(args)) }, host);
  },
});

function slotsMaker({ limit, min, max, algorithm }: ConcurrencyConfig, clock: Clock): () => Slots {
  if (limit !== undefined) return () => new Slots(limit, clock);
  const Algorithm = algorithm === "aimd" ? AimdLimit : Gradient2Limit;
  return () => new AdaptiveSlots(new Algorithm({ min: min!, max: max! }), clock);
}

/** What the layer is made with. */
export interface ConcurrencyLayerOptions {
  /** The slots of a call. What it throws ends the call. */
  readonly slotsOf: (call: Call) => Slots;
  /** How many may wait for a slot. */
  readonly maxQueue: number;
  /** For how long, in milliseconds; `Infinity` for no limit. */
  readonly maxWaitMs: number;
}

/**
 * Lets so many attempts run at once, in the order in which they came.
 *
 * - A slot is free: the attempt starts at once, nothing is waited for.
 * - None is free: it waits for its turn. With `maxQueue` waiting, or once it has waited for `maxWait`, an `OverloadError`,
 *   which is not retried, but continues with the next fallback value. Where the deadline comes first, an `AllFailedError`.
 * - Success, failure, timeout: the slot is handed to the first who waits. What a function does after its timeout holds no
 *   slot: it is unknown whether it ends at all, and what hangs would take a slot with it each time.
 * - Abort: it leaves the queue, or gives its slot back, at once.
 *
 * It stands within the retries and the circuit breaker, and around the rate limit and the timeout: the wait for a slot uses
 * up no timeout, a delay between two attempts no slot, and the queue holds back what would wait for tokens.
 *
 * @param options The slots, and how many may wait for one.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function concurrencyLayer(options: ConcurrencyLayerOptions, host: LayerHost): Layer {
  const { slotsOf, maxQueue, maxWaitMs } = options;
  const runIn = runnerInSlots();
  return (next) => {
    function waitForSlot(call: Call, slots: Slots): Promise<unknown> {
      const scope = scopeOf(call);
      if (scope?.isAborted) return Promise.reject(scope.reason);
      const { waiting } = slots;
      if (waiting >= maxQueue || maxWaitMs === 0) return Promise.reject(refusalOf(call, slots, 0, host));
      host.telemetry.record("queued", host.functionName, call, { waiting: waiting + 1 });
      return runInTurn(call, slots);
    }

    /** The call continues after its own wait: run by the one whose slot it gets, it would run in the async context of that. */
    async function runInTurn(call: Call, slots: Slots): Promise<unknown> {
      const state = stateOf(call);
      const scope = scopeOf(call);
      const startedMs = host.clock.now();
      const isItsTurn = await turnIn(slots, scope, maxWaitMs, host.clock);
      const waitedMs = host.clock.now() - startedMs;
      state.waitedMs += waitedMs;
      host.telemetry.recordWait(call, waitedMs);
      // The slot may be that of the attempt beside it, whose success is about to abort this one.
      if (call.isFork) await undefined;
      // By one that had its turn at the same moment and ran before.
      if (scope?.isAborted) {
        if (isItsTurn) slots.release();
        throw scope.reason;
      }
      if (!isItsTurn) throw refusalOf(call, slots, maxWaitMs, host);
      return await runIn(slots, next, call);
    }

    return (call) => {
      try {
        const slots = slotsOf(call);
        return slots.tryAcquire() ? runIn(slots, next, call) : waitForSlot(call, slots);
      } catch (error) {
        stateOf(call).isFinal = true;
        return Promise.reject(error);
      }
    };
  };
}

/** How a call is run; looked up once, as an attempt would feel it. */
function runnerInSlots(): typeof runFreely {
  return isRequestBound() ? runHeld : runFreely;
}

/** Runs `call` in the slot that it holds. */
function runFreely(slots: Slots, next: Handler, call: Call): Promise<unknown> {
  if (slots instanceof AdaptiveSlots) return runMeasured(slots, next, call, () => slots.release());
  return next(call).then(slots.settle, slots.fail);
}

/** The same where its request may end before it. */
function runHeld(slots: Slots, next: Handler, call: Call): Promise<unknown> {
  return slots.holders.hold(runUnheld(slots, next, call), () => slots.release());
}

function runUnheld(slots: Slots, next: Handler, call: Call): Promise<unknown> {
  return slots instanceof AdaptiveSlots ? runMeasured(slots, next, call, () => {}) : next(call);
}

/** Runs `call`, and learns from it. What did not run, or failed by no fault of the service's load, says nothing. */
function runMeasured(slots: AdaptiveSlots, next: Handler, call: Call, release: () => void): Promise<unknown> {
  const { inFlight } = slots;
  const attempts = attemptsOf(call);
  return next(call).then(
    (value) => {
      if (attemptsOf(call) !== attempts) slots.record(call.startedMs!, inFlight, false);
      release();
      return value;
    },
    (error) => {
      const isCounted = attemptsOf(call) !== attempts && isDrop(error) && !isAbortedByCaller(call);
      if (isCounted) slots.record(call.startedMs!, inFlight, true);
      release();
      throw error;
    },
  );
}

/** Whether an attempt that ended with `error` was too much for the service, by all that is known. */
function isDrop(error: unknown): boolean {
  if (isOfKind(error, "TIMEOUT")) return true;
  const status = httpStatusOf(error);
  return status !== undefined && (status === 429 || status >= 500);
}

/** Whether a slot is taken now; `false` once `maxWaitMs` are over. Rejects at once when the call is aborted. */
function turnIn(
  slots: Slots,
  scope: AbortScope | undefined,
  maxWaitMs: number,
  clock: Clock,
): Promise<boolean> {
  const turn = new Promise<boolean>((resolve, reject) => {
    const end = () => {
      timer?.cancel();
      scope?.offAbort(stop);
    };
    const leave = slots.enqueue(() => {
      end();
      // One that vanished while it waited never takes it.
      if (isRequestBound()) slots.holders.add(turn, () => slots.release());
      resolve(true);
    });
    const stop = (reason: unknown) => {
      end();
      leave();
      reject(reason);
    };
    const timer = maxWaitMs === Infinity ? undefined : clock.setTimer(maxWaitMs, () => {
      end();
      leave();
      resolve(false);
    });
    scope?.onAbort(stop);
  });
  const known = new WeakSet<Promise<unknown>>();
  tickDuring(turn, clock, 0, () => slots.holders.watch(known));
  if (!isRequestBound()) return turn;
  const taken = () => slots.holders.remove(turn);
  turn.then(taken, taken);
  return turn;
}

function refusalOf(call: Call, slots: Slots, waitedMs: number, host: LayerHost): OverloadError {
  const { limit, waiting, expectedWaitMs } = slots;
  const name = JSON.stringify(host.functionName);
  const queue = waiting === 0 ? "" : `, and ${waiting} wait`;
  const text = waitedMs === 0
    ? `Cannot run ${name} as all slots (${limit}) are taken${queue}`
    : `Cannot run ${name} as none of its slots (${limit}) came free in ${formatDuration(waitedMs)}${queue}`;
  const refusal = new OverloadError(text, expectedWaitMs, { cause: call.state?.attempts.at(-1)?.error });
  host.telemetry.record("shed", host.functionName, call, { waiting });
  host.failures.refuse(call, refusal);
  return refusal;
}
