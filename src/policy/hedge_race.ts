import type { LayerHost } from "../attempt/layer_host.ts";
import { AbortScope } from "../call/abort_scope.ts";
import { type Call, stateOf } from "../call/call.ts";
import { dropResponse, dropResponseOf } from "../call/drop_response.ts";
import type { Handler } from "../call/layer.ts";
import type { HedgeBudget } from "../hedge/hedge_budget.ts";
import type { QuantileDelay } from "../hedge/quantile_delay.ts";
import type { RetryBudget } from "../retry/retry_budget.ts";
import type { Timer } from "../time/clock.ts";
import { toSeconds } from "../time/duration.ts";

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
  /** The same, where retries have a budget. */
  readonly retryBudget: RetryBudget | undefined;
}

/** An attempt in the race: the call itself, or a fork of it. */
interface Runner {
  readonly call: Call;
  /** The attempt of its call that had begun before it: a greater one is its own. */
  readonly numberBefore: number;
  /** Whether it has its outcome. */
  hasEnded: boolean;
}

/** The attempts that are made at once for one call, of which the first success wins. */
export class HedgeRace {
  readonly #call: Call;
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
    this.#next = next;
    this.#settings = settings;
    this.#host = host;
  }

  /** Runs the first attempt, and others while it is slow. */
  run(): Promise<unknown> {
    const { scope } = stateOf(this.#call);
    if (scope?.isAborted) return Promise.reject(scope.reason);
    scope?.onAbort(this.#onAbort);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#begin(this.#call);
      this.#expect(this.#settings.delayMs());
    });
  }

  #begin(call: Call): void {
    call.ownScope = new AbortScope();
    const runner = { call, numberBefore: call.attemptNumber, hasEnded: false };
    this.#runners.push(runner);
    this.#running++;
    this.#next(call).then((value) => this.#onValue(runner, value), (error) => this.#onError(runner, error));
  }

  /** Looks in `delayMs` whether the latest attempt is slow. The hedge runs in the async context of the call, not of a timer. */
  #expect(delayMs: number | undefined): void {
    if (delayMs === undefined || this.#isOver) return;
    const { clock } = this.#host;
    new Promise<void>((resolve) => this.#timer = clock.setTimer(delayMs, resolve)).then(() => this.#onSlow());
  }

  #onSlow(): void {
    const delayMs = this.#settings.delayMs();
    if (this.#isOver || delayMs === undefined) return;
    const { clock, telemetry, functionName } = this.#host;
    const latest = this.#runners.at(-1)!;
    // What waits for a slot or a token is not slow: another would only wait behind it.
    const ranMs = hasBegun(latest) ? clock.now() - latest.call.startedMs! : 0;
    if (ranMs < delayMs) return this.#expect(delayMs - ranMs);
    const { budget, retryBudget, max } = this.#settings;
    if (!budget.tryTake() || retryBudget?.tryWithdraw() === false) return;
    telemetry.record("hedge", functionName, this.#call, { hedge: this.#runners.length, delay: toSeconds(ranMs) });
    this.#begin(this.#call.fork());
    if (this.#runners.length <= max) this.#expect(delayMs);
  }

  #onValue(runner: Runner, value: unknown): void {
    if (this.#isOver) return dropResponse(value);
    runner.hasEnded = true;
    this.#learn(runner);
    // What stands around it asks when the attempt began that succeeded.
    this.#call.startedMs = runner.call.startedMs;
    dropResponseOf(this.#failure);
    this.#end();
    this.#resolve(value);
  }

  #onError(runner: Runner, error: unknown): void {
    if (this.#isOver) return dropResponse(error);
    runner.hasEnded = true;
    this.#running--;
    if (this.#runners.length === 1) return this.#fail(error);
    const { failures } = this.#host;
    if (runner.call !== this.#call && failures.wasRefused(runner.call, error)) {
      failures.withdrawRefusal(runner.call, error);
      if (this.#running === 0) this.#fail(this.#failure);
      return;
    }
    try {
      failures.record(runner.call, error);
    } catch (thrown) {
      return this.#fail(thrown);
    }
    dropResponseOf(this.#failure);
    this.#failure = error;
    if (this.#running === 0 || stateOf(this.#call).isFinal) this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#end();
    this.#reject(error);
  }

  /** Nothing counts any more: what still runs or waits is aborted. */
  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    stateOf(this.#call).scope?.offAbort(this.#onAbort);
    if (this.#runners.length > 1) this.#abortAll();
    this.#call.ownScope = undefined;
  }

  #abortAll(): void {
    const reason = new DOMException("Another attempt of the call was first", "AbortError");
    for (const runner of this.#runners) {
      if (runner.hasEnded) continue;
      const isRunning = hasBegun(runner);
      runner.call.ownScope!.abort(reason);
      if (!isRunning) continue;
      runner.call.attempt?.abort(reason);
      this.#learn(runner);
    }
  }

  #learn({ call }: Runner): void {
    this.#settings.latencies?.add(this.#host.clock.now() - call.startedMs!);
  }
}

function hasBegun({ call, numberBefore }: Runner): boolean {
  return call.attemptNumber > numberBefore;
}
