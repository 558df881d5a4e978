import { attemptHandler } from "../../attempt/current_call.ts";
import type { Call } from "../../call/call.ts";
import type { Handler } from "../../call/layer.ts";
import { formatDuration } from "../../errors/format_duration.ts";
import { TimeoutError } from "../../errors/timeout_error.ts";
import type { Clock } from "../../time/clock.ts";
import type { AnyFunction } from "../../engine/wrapped.ts";
import type { WireItem } from "../wire/items_frame.ts";
import type { TaskRun, TaskRunner } from "./task_runner.ts";
import { workerCall } from "./worker_call.ts";

/** What it is made with. */
export interface InlineRunnerInit {
  readonly fn: AnyFunction;
  readonly functionName: string;
  /** How many run at once. */
  readonly slots: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Runs attempts of an async function in this thread, where none keeps the others, or the beat of the leases, waiting. */
export class InlineRunner implements TaskRunner {
  readonly capacity: number;
  readonly #handler: Handler;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #running = new Set<Call>();

  /** A runner without an attempt. */
  constructor({ fn, functionName, slots, clock, random }: InlineRunnerInit) {
    this.capacity = slots;
    this.#name = JSON.stringify(functionName);
    this.#clock = clock;
    this.#handler = attemptHandler(fn, { clock, random });
  }

  /** Begins an attempt. */
  run(item: WireItem, args: readonly unknown[]): TaskRun {
    const call = workerCall(item, args);
    call.settle = settleNothing;
    this.#running.add(call);
    const outcome = this.#limited(call, item.limitMs).finally(() => this.#running.delete(call));
    return {
      promise: outcome,
      get correlationId() {
        return call.state?.correlationId;
      },
      abort: (reason) => call.attempt?.abort(reason),
    };
  }

  /** Asks what still runs to stop. */
  close(): Promise<void> {
    const reason = new DOMException("The worker was closed", "AbortError");
    for (const call of this.#running) call.attempt?.abort(reason);
    return Promise.resolve();
  }

  #limited(call: Call, limitMs: number | null): Promise<unknown> {
    const running = this.#handler(call);
    if (limitMs === null) return running;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimer(limitMs, () => {
        const limit = formatDuration(limitMs);
        const error = new TimeoutError(`An attempt of ${this.#name} took longer than ${limit}`, limitMs);
        reject(error);
        call.attempt?.abort(error);
      });
      running.then(resolve, reject).finally(() => timer.cancel());
    });
  }
}

/** Tokens are taken and counted where the call is. */
function settleNothing(): never {
  throw new Error("Cannot settle the cost of a call in a worker: the rate limit is kept by its caller");
}
