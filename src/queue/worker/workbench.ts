import type { FallbackParameters } from "../../function_source/fallback_parameter.ts";
import type { Clock } from "../../time/clock.ts";
import { workerArguments } from "../sent_arguments.ts";
import type { CancelFrame } from "../wire/cancel_frame.ts";
import { type KnownErrors, readValues } from "../wire/wire_value.ts";
import { CancelLedger } from "./cancel_ledger.ts";
import { type HeldFrame, type HeldItem, maxLineBytes } from "./held_frame.ts";
import type { TaskRunner } from "./task_runner.ts";
import { writeFailure, writeSuccess } from "./write_outcome.ts";

/** What it is made with. */
export interface WorkbenchInit {
  readonly runner: TaskRunner;
  readonly parameters: FallbackParameters | undefined;
  readonly known: KnownErrors;
  /** The most bytes of a frame. */
  readonly maxFrameBytes: number;
  readonly clock: Clock;
  /** It is known of each item of a frame what becomes of it. */
  readonly onDone: (held: HeldFrame) => void;
  /** There is room for more. */
  readonly onFree: () => void;
}

/** What a worker has in hand: items that wait, and those that run. */
export class Workbench {
  readonly #init: WorkbenchInit;
  #waiting: HeldItem[] = [];
  readonly #running = new Set<HeldItem>();
  readonly #cancelled = new CancelLedger();
  /** How many attempts are over. */
  doneCount = 0;

  /** An empty bench. */
  constructor(init: WorkbenchInit) {
    this.#init = init;
  }

  /** How many more items would not only wait. */
  get free(): number {
    return this.#init.runner.capacity - this.#waiting.length - this.#running.size;
  }

  /** How many attempts run. */
  get runningCount(): number {
    return this.#running.size;
  }

  /** Begins the items of `held`, as far as there is room. */
  take(held: HeldFrame): void {
    for (const item of held.items) {
      if (this.#cancelled.has(held.frame.run, item.item.ref)) held.leave(item, "dropped");
      else this.#waiting.push(item);
    }
    if (held.isDone) this.#init.onDone(held);
    this.#begin();
  }

  /** Stops what its caller has cancelled. */
  cancel(frame: CancelFrame): void {
    this.#cancelled.add(frame);
    const isCancelled = ({ held, item }: HeldItem) => this.#cancelled.has(held.frame.run, item.ref);
    const reason = new DOMException("The caller does not wait for the item any more", "AbortError");
    const dropped = this.#waiting.filter(isCancelled);
    this.#waiting = this.#waiting.filter((item) => !isCancelled(item));
    for (const item of dropped) this.#leave(item, "dropped");
    for (const item of [...this.#running].filter(isCancelled)) {
      this.#leave(item, "dropped");
      item.run?.abort(reason);
    }
  }

  /** Gives back what has not begun. */
  returnWaiting(): void {
    for (const item of this.#waiting.splice(0)) this.#leave(item, "returned");
  }

  /** Gives back what runs, too, and asks it to stop. */
  returnAll(reason: unknown): void {
    this.returnWaiting();
    for (const item of this.#running) {
      this.#leave(item, "returned");
      item.run?.abort(reason);
    }
  }

  #leave(item: HeldItem, state: "returned" | "dropped"): void {
    const { held } = item;
    if (held.isDone) return;
    held.leave(item, state);
    if (held.isDone) this.#init.onDone(held);
  }

  #begin(): void {
    const { capacity } = this.#init.runner;
    while (this.#running.size < capacity) {
      const item = this.#waiting.shift();
      if (item === undefined) return;
      if (item.state === "open") this.#start(item);
    }
  }

  #start(held: HeldItem): void {
    const { runner, parameters, known, clock, maxFrameBytes } = this.#init;
    const { item } = held;
    const startedMs = clock.now();
    this.#running.add(held);
    const run = async (): Promise<unknown> => {
      const args = workerArguments(readValues(item.line, known), parameters, item.fallbackIndex);
      held.run = runner.run(item, args);
      return await held.run.promise;
    };
    void run().then(
      (value) => writeSuccess(item.ref, value, maxLineBytes(maxFrameBytes)),
      (error) => writeFailure(item.ref, error),
    ).then((result) => {
      const madeId = item.correlationId === null ? held.run?.correlationId ?? null : null;
      this.#end(held, { ...result, correlationId: madeId }, startedMs);
    });
  }

  #end(item: HeldItem, result: Parameters<HeldFrame["end"]>[1], startedMs: number): void {
    const { held } = item;
    this.#running.delete(item);
    this.doneCount++;
    const wasOpen = item.state === "open";
    if (wasOpen) held.end(item, result, startedMs, this.#init.clock.now());
    // Before what is done is sent: that frees the leases of others to begin.
    this.#begin();
    if (wasOpen && held.isDone) this.#init.onDone(held);
    this.#init.onFree();
  }
}
