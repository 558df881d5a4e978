import type { AbortScope } from "../../call/abort_scope.ts";
import { interruptible } from "../../call/interruptible.ts";
import { Call } from "../../call/call.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import { keepShape } from "../../runtime/kept_shape.ts";
import type { FlightLock } from "./flight_lock.ts";
import type { RunBegin } from "./run_begin.ts";
import { SharedResult } from "./shared_result.ts";
import { cancelSingleUse, isSingleUse, isUsedUp } from "./single_use.ts";

/** Runs the function for a call that joined a flight whose result only one can have. */
export type Rerun = (call: Call) => Promise<unknown>;

/** Whose flights they are: calls of another function with the same identity do not join them. */
export interface FlightOwner {
  /** Is notified of a flight that all who waited have left, before it is aborted. */
  end(flight: Flight): void;
}

/** Where a flight stands among those that wait for each other, where that is known. */
export interface FlightLinks {
  /** The flight in whose run it was started. */
  parent: Flight | undefined;
  /** The flights that its run waits for. */
  readonly waitsFor: Set<Flight>;
  /** The flights whose runs wait for it. */
  readonly waitedBy: Set<Flight>;
}

/** Single-flight: one run that several identical calls wait for. */
export class Flight {
  /** Whose it is. */
  readonly owner: FlightOwner;
  /** The call that runs. */
  readonly call: Call;
  /** Under which the result is kept. */
  readonly key: unknown;
  /** The value past its time that others are served with while it runs; it runs on without a caller that waits. */
  readonly stale: CacheEntry | undefined;
  /** The flight with the same key that was started before it; `Flights` alone changes it. */
  older: Flight | undefined = undefined;
  /** The flights that it waits for, and those that wait for it; `FlightContext` alone changes them. */
  links: FlightLinks | undefined = undefined;
  /** The latest run that was begun for those who cannot know whether it waits for them. */
  standIn: Flight | undefined = undefined;
  /** When its run began, where that is asked for. */
  began: RunBegin | undefined = undefined;
  /** The lock of its key, where it has that or waits for it; declared only, as most have none. */
  declare lock: FlightLock | undefined;
  #promise: Promise<unknown> | undefined = undefined;
  #lookupMs = 0;
  /** Those who have joined the lookup that it begins with, until that has come to its end. */
  #guestsOfLookup: Call[] | undefined = undefined;
  #isStorable = true;
  /** The tags that were invalidated while it was under way. */
  #invalidTags: Set<string> | undefined = undefined;
  #isRunning = false;
  #isTracked = false;
  #isOver = false;
  #isLost = false;
  #waiters = 0;
  #hasOwnCaller = false;
  #shared: SharedResult | undefined = undefined;

  /**
   * A flight of `owner` on which `call` runs, behind `stale` where that is given. A call that is lent (see `runnerFor()`) is
   * not owned by any caller: the result is for those who join.
   */
  constructor(owner: FlightOwner, call: Call, key: unknown, stale?: CacheEntry) {
    this.owner = owner;
    this.call = call;
    this.key = key;
    this.stale = stale;
  }

  /** How long the lookup took that found nothing to serve, in milliseconds. */
  get lookupMs(): number {
    return this.#lookupMs;
  }

  /** Whether its result may be kept. */
  get isStorable(): boolean {
    return this.#isStorable;
  }

  /** Whether the function has been called for it, after the lookup that it may begin with. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Whether code that runs within it can be distinguished from other code, wherever it is. */
  get isTracked(): boolean {
    return this.#isTracked;
  }

  /** Whether it has ended, in whatever way. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Begins with `promise`, whose result is what all who join get. */
  start(promise: Promise<unknown>): this {
    this.#promise = promise;
    return this;
  }

  /** It begins with a lookup. */
  beginLookup(): void {
    this.#guestsOfLookup = [];
  }

  /** Takes `call` for one that waits for the lookup, and answers `false` where none is under way. */
  joinLookup(call: Call): boolean {
    return this.#guestsOfLookup !== undefined && this.#guestsOfLookup.push(call) > 0;
  }

  /**
   * The lookup that it began with has come to its end.
   *
   * @returns Those who waited for it beside its own call.
   */
  endLookup(tookMs: number): readonly Call[] {
    const guests = this.#guestsOfLookup ?? [];
    this.#guestsOfLookup = undefined;
    this.#lookupMs = tookMs;
    return guests;
  }

  /** The function is called now. */
  run(isTracked: boolean): void {
    this.#isRunning = true;
    this.#isTracked = isTracked;
  }

  /** Its result is not to be kept: its key was deleted, cleared or set, or a later run has come before it. */
  invalidate(): void {
    this.#isStorable = false;
    this.lock?.release();
  }

  /** Tags were invalidated: its result is not kept if it turns out to bear one, and it cannot be joined any more. */
  invalidateTags(tags: readonly string[]): void {
    this.#invalidTags ??= new Set();
    for (const tag of tags) this.#invalidTags.add(tag);
  }

  /** Whether others may join it: who comes after an invalidation of tags is not to get what may bear them. */
  get isOpen(): boolean {
    return this.#invalidTags === undefined;
  }

  /** Whether one of `tags` was invalidated while it was under way. */
  hasInvalid(tags: readonly string[]): boolean {
    return this.#invalidTags !== undefined && tags.some((tag) => this.#invalidTags!.has(tag));
  }

  /**
   * Waits for the result on behalf of `call`, until `scope` is aborted; where only one caller can have it, `rerun` makes
   * another.
   */
  join(call: Call, rerun: Rerun, scope: AbortScope | undefined = call.state?.scope): Promise<unknown> {
    this.#waiters++;
    // What the run comes to is handed to its own call by `finish()`.
    if (call === this.call) {
      this.#hasOwnCaller = true;
      return this.#started;
    }
    if (call.state !== undefined) call.state.servedBy = this.call;
    return this.#joinAsGuest(call, rerun, scope);
  }

  /**
   * Takes what the run has come to; what can be read only once is shared out among all who wait.
   *
   * @returns What its own call gets.
   */
  finish(value: unknown): unknown {
    if (!isSingleUse(value) || isUsedUp(value)) return value;
    if (this.#waiters === 0) {
      cancelSingleUse(value);
      return undefined;
    }
    this.#shared = new SharedResult(value, this.#waiters);
    return this.#hasOwnCaller ? this.#shared.take() : value;
  }

  /** No caller waits for it any more. */
  abandon(reason: unknown): void {
    this.#isStorable = false;
    this.owner.end(this);
    this.call.state?.scope?.abort(reason);
  }

  /** It cannot be joined any more. */
  end(): void {
    this.#isOver = true;
  }

  /**
   * Whether a call that joined it and got an error did so because it has vanished with the request that it ran in. It has
   * not ended then, and never will.
   */
  checkLost(): boolean {
    if (!this.#isOver) {
      this.#isLost = true;
      this.owner.end(this);
    }
    return this.#isLost;
  }

  /** Lets it be found out, soon, whether it has vanished. To be called in another request. */
  watch(): void {
    this.#started.catch(() => this.checkLost());
  }

  /** The function that runs may make the same call before its own has got as far as a promise. */
  get #started(): Promise<unknown> {
    return this.#promise ?? Promise.resolve().then(() => this.#promise);
  }

  #joinAsGuest(call: Call, rerun: Rerun, scope: AbortScope | undefined): Promise<unknown> {
    let [hasLeft, wasCounted] = [false, true];
    const result = this.#started.then((value) => {
      if (this.#shared === undefined) return value;
      if (!hasLeft) return this.#shared.take(() => rerun(call));
      if (wasCounted) this.#shared.leave();
      return undefined;
    });
    if (scope === undefined) return result;
    return interruptible(() => result, (stop) => {
      const leave = (reason: unknown) => {
        hasLeft = true;
        wasCounted = this.#shared !== undefined;
        stop(reason);
        if (--this.#waiters === 0 && this.stale === undefined) this.abandon(reason);
      };
      scope.onAbort(leave);
      return () => scope.offAbort(leave);
    });
  }
}

const example = new Flight({ end: () => {} }, new Call(undefined, []), undefined);
// A lookup takes fractions of a millisecond.
example.endLookup(0.5);
keepShape(example);
