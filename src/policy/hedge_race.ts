import { isAborted, isOver } from "../attempt/is_over.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { AbortScope } from "../call/abort_scope.ts";
import { Call, stateOf } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import { dropResponse, dropResponseOf } from "../call/drop_response.ts";
import type { Handler } from "../call/layer.ts";
import { HedgeBudget } from "../hedge/hedge_budget.ts";
import type { QuantileDelay } from "../hedge/quantile_delay.ts";
import { keepShape } from "../runtime/kept_shape.ts";
import type { Timer } from "../time/clock.ts";
import { toSeconds } from "../time/duration.ts";

/** How often it is looked whether an attempt that waits has begun, at most, in milliseconds. */
const WAITING_MS = 10;

/** When and how often another attempt is made. */
export interface HedgeRaceSettings {
  /** After how many milliseconds an attempt is slow; `undefined` while that is not known. */
  readonly delayMs: () => number | undefined;
  /** Learns how long attempts take. */
  readonly latencies: QuantileDelay | undefined;
  /** How many hedges there are at most beside the first attempt. */
  readonly max: number;
  /** What each hedge is taken from. */
  readonly budget: HedgeBudget;
}

/** An attempt in the race: the call itself, or a fork of it. */
interface Runner {
  readonly call: Call;
  /** The attempt of its call that had begun before it: a greater one is its own. */
  readonly numberBefore: number;
  /** The monotonic time at which a hedge was taken from the budget, in milliseconds; 0 for the call itself. */
  readonly takenMs: number;
  /** The monotonic time at which it was last seen to wait for a worker, in milliseconds. */
  waitedMs: number;
  /** Whether it has its outcome. */
  hasEnded: boolean;
}

/** The attempts that are made at once for one call, of which the first success wins. */
export class HedgeRace {
  readonly #call: Call;
  readonly #state: CallState;
  readonly #next: Handler;
  readonly #settings: HedgeRaceSettings;
  readonly #host: LayerHost;
  readonly #runners: Runner[] = [];
  #running = 0;
  #isOver = false;
  /** Of the attempt that failed last while others ran. */
  #failure: unknown = undefined;
  #timer: Timer | undefined = undefined;
  #resolve!: (value: unknown) => void;
  #reject!: (error: unknown) => void;
  readonly #onAbort = (reason: unknown): void => {
    for (const { call } of this.#runners) call.ownScope!.abort(reason);
  };

  /** A race in which nothing runs. */
  constructor(call: Call, next: Handler, settings: HedgeRaceSettings, host: LayerHost) {
    this.#call = call;
    this.#state = stateOf(call);
    // Where nothing is learnt from it, the turn in which an attempt began says whether it is slow.
    if (settings.latencies !== undefined) this.#state.isTimed = true;
    this.#next = next;
    this.#settings = settings;
    this.#host = host;
  }

  /** Runs the first attempt, and others while it is slow. */
  run(): Promise<unknown> {
    const { scope } = this.#state;
    if (scope?.isAborted) return Promise.reject(scope.reason);
    scope?.onAbort(this.#onAbort);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#begin(this.#call, 0);
      this.#watch(this.#settings.delayMs());
    });
  }

  #begin(call: Call, takenMs: number): void {
    call.ownScope = new AbortScope();
    const runner = { call, numberBefore: call.attemptNumber, takenMs, waitedMs: 0, hasEnded: false };
    this.#runners.push(runner);
    this.#running++;
    this.#next(call).then((value) => this.#onValue(runner, value), (error) => this.#onError(runner, error));
  }

  /** Waits until the latest attempt is slow. One that waits for a worker says only whether it does, so it is asked often. */
  #watch(delayMs: number | undefined): void {
    if (delayMs === undefined) return;
    const { attempt } = this.#runners.at(-1)!.call;
    this.#expect(attempt?.isWaiting ? Math.max(delayMs / 10, WAITING_MS) : delayMs);
  }

  /** Looks in `delayMs` whether the latest attempt is slow. The hedge runs in the async context of the call, not of a timer. */
  #expect(delayMs: number): void {
    if (this.#isOver) return;
    const { clock } = this.#host;
    new Promise<void>((resolve) => this.#timer = clock.setTimer(delayMs, resolve)).then(() => this.#onSlow());
  }

  #onSlow(): void {
    const delayMs = this.#settings.delayMs();
    // An abort at this very moment has yet to come through from the attempts.
    if (this.#isOver || isAborted(this.#state) || delayMs === undefined) return;
    const { clock, telemetry, functionName } = this.#host;
    const latest = this.#runners.at(-1)!;
    const nowMs = clock.now();
    // What waits for a slot, a token or a worker is not slow: another would only wait behind it.
    if (!hasBegun(latest)) return this.#expect(Math.max(delayMs, WAITING_MS));
    if (latest.call.attempt?.isWaiting) {
      latest.waitedMs = nowMs;
      return this.#watch(delayMs);
    }
    const startedMs = Math.max(latest.call.startedMs!, latest.waitedMs);
    // Times are compared, not how long it ran: a sum and a difference of fractions round differently, and a clock can't
    // wait for what is less than it can show.
    const dueMs = startedMs + delayMs;
    if (nowMs < dueMs) return this.#expect(dueMs - nowMs);
    if (!this.#settings.budget.tryTake()) return;
    const delay = toSeconds(nowMs - startedMs);
    telemetry.record("hedge", functionName, this.#call, { hedge: this.#runners.length, delay });
    this.#begin(this.#call.fork(), nowMs);
    if (this.#runners.length <= this.#settings.max) this.#watch(delayMs);
  }

  #onValue(runner: Runner, value: unknown): void {
    if (this.#isOver) return dropResponse(value);
    this.#leave(runner);
    if (hasBegun(runner)) this.#learn(runner);
    dropResponseOf(this.#failure);
    this.#end();
    // What stands around it asks when the attempt began that succeeded; those that lost are asked for theirs before.
    this.#call.startedMs = runner.call.startedMs;
    this.#resolve(value);
  }

  #onError(runner: Runner, error: unknown): void {
    if (this.#isOver) return dropResponse(error);
    this.#leave(runner);
    if (this.#runners.length === 1) return this.#fail(error);
    if (!hasBegun(runner) && !isOver(this.#state)) return this.#onRefusal();
    try {
      this.#host.failures.record(runner.call, error);
    } catch (thrown) {
      return this.#fail(thrown);
    }
    dropResponseOf(this.#failure);
    this.#failure = error;
    if (this.#running === 0 || this.#state.isFinal) this.#fail(error);
  }

  /** A hedge was refused, so it was not made; nor are others, which would be refused alike. */
  #onRefusal(): void {
    this.#timer?.cancel();
    if (this.#running === 0) this.#fail(this.#failure);
  }

  #fail(error: unknown): void {
    this.#end();
    this.#reject(error);
  }

  /** Nothing counts any more: what still runs or waits is aborted. */
  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#state.scope?.offAbort(this.#onAbort);
    if (this.#running > 0) this.#abortOthers();
    this.#call.ownScope = undefined;
  }

  /** Attempts that the call takes with it when it ends have failed; those that another was sooner than have not. */
  #abortOthers(): void {
    const isCallAborted = isAborted(this.#state);
    const reason: unknown = isCallAborted
      ? this.#state.scope!.reason
      : new DOMException("Another attempt of the call was first", "AbortError");
    for (const runner of this.#runners) {
      if (runner.hasEnded) continue;
      const { call } = runner;
      this.#leave(runner);
      call.ownScope!.abort(reason);
      if (!hasBegun(runner)) continue;
      call.attempt?.abort(reason);
      if (isCallAborted) this.#host.failures.record(call, reason);
      else this.#learn(runner);
    }
  }

  /** A runner has its outcome. A hedge that did not begin takes nothing from the budget. */
  #leave(runner: Runner): void {
    runner.hasEnded = true;
    this.#running--;
    if (runner.call.isFork && !hasBegun(runner)) this.#settings.budget.giveBack(runner.takenMs);
  }

  #learn({ call }: Runner): void {
    this.#settings.latencies?.add(this.#host.clock.now() - call.startedMs!);
  }
}

function hasBegun({ call, numberBefore }: Runner): boolean {
  return call.attemptNumber > numberBefore;
}

const NO_HEDGES = { delayMs: () => undefined, latencies: undefined, max: 0, budget: new HedgeBudget(0, undefined) };
keepShape(new HedgeRace(new Call(undefined, []), () => Promise.resolve(), NO_HEDGES, {} as LayerHost));
