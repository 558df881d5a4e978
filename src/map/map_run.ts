import type { MapError, MapItemError } from "../errors/map_error.ts";
import { abortReason } from "../errors/abort_reason.ts";
import { AbortScope } from "../call/abort_scope.ts";
import { type Follower, followSignal, unfollowSignal } from "../call/follow_signal.ts";
import { listOf, objectList } from "../runtime/object_list.ts";
import { TurnKeeper } from "../time/turn_keeper.ts";
import { captureContext, type ContextRunner } from "../runtime/async_context.ts";
import { Call, stateOf } from "../call/call.ts";
import { beginAttempt } from "../attempt/attempt.ts";
import type { ItemJob } from "../pool/item_job.ts";
import type { BulkDrain } from "./bulk_drain.ts";
import type { BulkTarget } from "./bulk_target.ts";
import { isThenable } from "./is_thenable.ts";
import { firstWait } from "./first_wait.ts";
import { NOT_RUN, outcomeOf, PLAIN_SUCCESS, toError } from "./item_outcome.ts";
import { Drain, type DrainTarget, type SourceFailure } from "./drain.ts";
import type { ProgressWait } from "../progress/progress.ts";
import type { RunProgress } from "../progress/called_progress.ts";
import { SKIPPED } from "./result_buffer.ts";
import type { MapRunSetup } from "./map_run_setup.ts";
import { failedItems, stoppedByItem } from "./run_errors.ts";

/** One run over many items: what all of its shapes share. */
export abstract class MapRun implements DrainTarget, BulkTarget {
  /** What it was made with. */
  protected readonly setup: MapRunSetup;
  /** Feeds it. */
  protected readonly drain: Drain | BulkDrain;
  /** The failed items, as they failed. */
  protected readonly errors: MapItemError[] = [];
  readonly #scope = new AbortScope();
  readonly #name: string;
  /** The calls that run, by slot. */
  readonly #running: (Call | undefined)[] = objectList();
  #progress: RunProgress | undefined = undefined;
  readonly #follower: Follower = { abort: (reason) => void this.fail(reason) };
  #isOver = false;
  #isSettled = false;
  #ending: Promise<void> | undefined = undefined;
  /** Who reads, aborts or closes may do so in the context of another than who asked for the run, to whom all it calls belongs. */
  inContext: ContextRunner = captureContext();

  /** A run that has not begun. */
  constructor(setup: MapRunSetup) {
    this.setup = setup;
    this.#name = JSON.stringify(setup.functionName);
    const { source, bulk, bulkDrain: OwnBulkDrain, clock, tracking } = setup;
    const turns = new TurnKeeper();
    this.drain = bulk === undefined || OwnBulkDrain === undefined || source.isAsync
      ? new Drain(source, this, turns)
      : new OwnBulkDrain({ source, target: this, scope: this.#scope, bulk, turns, clock, tracking });
  }

  /** Takes the result in. */
  protected abstract keep(index: number, result: unknown): void;
  /** Takes the results from `firstIndex` on in. */
  protected abstract keepAll(firstIndex: number, results: readonly unknown[]): void;
  /** The run is over without a result. */
  protected abstract reject(reason: unknown): void;
  /** All items that began are done; the source may have failed. */
  protected abstract resolve(sourceFailure: SourceFailure | undefined): void;
  /** How many more items may begin while `active` others run. */
  abstract room(active: number): number;
  /** Keeps places for the results of the next `count` items, of one by default. */
  abstract reserve(count?: number): void;

  /** Whether another item may begin while `active` others run. */
  mayBegin(active: number): boolean {
    return this.room(active) > 0;
  }

  /** Whether nothing will come any more. */
  get isOver(): boolean {
    return this.#isSettled;
  }

  /** Begins; unless one of its signals has aborted, which ends it before it begins. */
  begin(): void {
    const aborted = this.setup.signals.find((signal) => signal.aborted);
    if (aborted !== undefined) return void this.fail(abortReason(aborted));
    const closed = this.setup.closedError();
    if (closed !== undefined) return void this.fail(closed);
    for (const signal of this.setup.signals) followSignal(signal, this.#follower);
    this.#progress = this.setup.openProgress?.(() => this.#firstWait());
    for (const runs of this.setup.runs) runs.add(this);
    const [fill, fail] = [() => this.fill(), (error: unknown) => void this.fail(error)];
    this.setup.capacity.loading?.then(fill, fail);
    this.setup.tracking?.open(fail).then(fill, fail);
    this.fill();
  }

  /** Begins what may begin. */
  fill(): void {
    this.inContext(() => this.drain.fill());
  }

  /** Whether `item` has to be waited for. */
  isAwaited(item: unknown): boolean {
    return typeof item === "object" && item !== null && isThenable(item);
  }

  /** Runs the call of an item, once it is there. */
  run(item: unknown, index: number, slot: number): Promise<unknown> {
    if (this.isAwaited(item)) return this.#runOnceThere(item as PromiseLike<unknown>, index, slot);
    const call = new Call(this.setup.self, listOf(item), index, this.#scope);
    if (this.setup.isStateful) stateOf(call);
    this.#running[slot] = call;
    return this.setup.handler(call);
  }

  async #runOnceThere(item: PromiseLike<unknown>, index: number, slot: number): Promise<unknown> {
    const value = await item;
    // Nothing begins in a run that is over, and its outcome is dropped.
    return this.#isOver ? undefined : await this.run(value, index, slot);
  }

  /** The call of an item that began without one. */
  callOf({ item, index, startedMs }: ItemJob): Call {
    const call = new Call(this.setup.self, listOf(item), index, this.#scope);
    beginAttempt(call, startedMs);
    return call;
  }

  /** Runs the call of an item whose first attempt failed, from there on. */
  runOn(job: ItemJob, slot: number): Promise<unknown> {
    this.#running[slot] = job.call;
    const { bulk, tracking } = this.setup;
    return tracking?.opened?.items.plain.runOn(job, bulk!) ?? bulk!.runOn(job);
  }

  /** An item that had no call has its value. */
  onPlainValue(index: number, value: unknown): void {
    if (this.#isOver) return;
    this.#progress?.count(PLAIN_SUCCESS);
    this.setup.onItem(index, true);
    this.keep(index, value);
  }

  /** Items that had no call have their values, from `firstIndex` on; `false` where a listener is notified of each. */
  onPlainValues(firstIndex: number, values: readonly unknown[]): boolean {
    if (this.#progress !== undefined || this.setup.hasItemListener()) return false;
    if (!this.#isOver) this.keepAll(firstIndex, values);
    return true;
  }

  /** An item has its value. */
  onValue(index: number, value: unknown, slot: number): void {
    if (this.#isOver) return;
    const call = this.#running[slot]!;
    this.#running[slot] = undefined;
    const { resultOf, onItem } = this.setup;
    const hasRun = value !== NOT_RUN;
    this.#progress?.count(outcomeOf(call, false, hasRun));
    onItem(index, hasRun);
    this.keep(index, !hasRun || resultOf === undefined ? value : resultOf(call, value));
  }

  /** An item failed. */
  onFailure(index: number, error: unknown, slot: number): void {
    if (this.#isOver) return;
    const call = this.#running[slot];
    this.#running[slot] = undefined;
    const { onError, onItem } = this.setup;
    this.#progress?.count(outcomeOf(call, true));
    onItem(index, false);
    if (onError === "return") return this.keep(index, toError(error));
    if (onError === "skip") this.keep(index, SKIPPED);
    else this.recordError(index, error);
    if (onError !== "abort" && this.#isVain()) return void this.fail(error);
    if (onError !== "abort") return;
    // Each item that runs is notified, maybe in another thread: not with an error that holds all results so far.
    void this.fail(this.#stoppedBy(index, error), new DOMException(`Item ${index} of the map failed`, "AbortError"));
  }

  /** All items that began are done. Where the source threw, the run ends with that once all results are handed out. */
  onEnd(sourceFailure: SourceFailure | undefined): void {
    this.#leave();
    this.#end(false, () => this.resolve(sourceFailure));
  }

  /** Ends the run with `reason`, and what runs with `stopReason`; resolves once the source is closed. */
  async fail(reason: unknown, stopReason: unknown = reason): Promise<void> {
    if (this.#isOver) return this.#ending;
    const closed = this.inContext(() => this.#stop(stopReason));
    this.#leave();
    this.#end(true, () => this.reject(reason));
    await this.#ending;
    // What the source says to being closed cannot matter any more: the run has its reason.
    await closed.catch(() => {});
  }

  /** Settles the run, once what followed its items is closed. */
  #end(isStopped: boolean, settle: () => void): void {
    const { tracking } = this.setup;
    if (tracking === undefined) return this.#settle(settle);
    this.#ending = tracking.close(isStopped).then(
      () => this.#settle(settle),
      // One that is stopped has a reason that came first.
      (error) => this.#settle(isStopped ? settle : () => this.reject(error)),
    );
  }

  #settle(settle: () => void): void {
    this.#isSettled = true;
    for (const runs of this.setup.runs) runs.delete(this);
    settle();
  }

  #stop(reason: unknown): Promise<void> {
    const closed = this.drain.stop(reason);
    this.#scope.abort(reason);
    for (const call of this.#running) call?.attempt?.abort(reason);
    this.#running.length = 0;
    return closed;
  }

  /** An item without a call waits for nothing but its worker. */
  #firstWait(): ProgressWait | undefined {
    const isWorking = "isRunningPlain" in this.drain && this.drain.isRunningPlain;
    return isWorking ? undefined : firstWait(this.#running, this.setup.clock.now());
  }

  /** Keeps the error of an item that is lost. */
  protected recordError(index: number, error: unknown): void {
    this.errors.push({ index, error });
  }

  /** The error for a run whose items were all tried. */
  protected failedItems(results: readonly unknown[], failed: number, total: number): MapError {
    return failedItems({ name: this.#name, errors: this.errors, results }, failed, total);
  }

  /** What the results of a run that is stopped by one item are. */
  protected abstract partialResults(): readonly unknown[];

  /** Whether all that may come of a source, which may have no end, will fail as the workers cannot be started. */
  #isVain(): boolean {
    return !this.setup.isFinite && this.setup.isHopeless();
  }

  #stoppedBy(index: number, error: unknown): MapError {
    return stoppedByItem({ name: this.#name, errors: this.errors, results: this.partialResults() }, index, error);
  }

  #leave(): void {
    this.#isOver = true;
    for (const signal of this.setup.signals) unfollowSignal(signal, this.#follower);
    this.#progress?.finish();
  }
}
