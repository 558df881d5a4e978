import { type Clock, sleepWith, type Timer } from "../../src/time/clock.ts";
import type { LimitStore } from "@opero/core";

/** How long the event loop of a process runs and stands still in turns, in milliseconds. */
export interface StallTimes {
  readonly running: readonly [least: number, most: number];
  readonly stalled: readonly [least: number, most: number];
}

/** The clock of a process whose event loop stands still now and then: timers and answers that come meanwhile wait for its end. */
export class StallingLoop implements Clock {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #times: StallTimes;
  #stallsAtMs: number;
  #runsAtMs: number;

  /** A loop by the time of `clock`. */
  constructor(clock: Clock, times: StallTimes, random: () => number) {
    this.#clock = clock;
    this.#times = times;
    this.#random = random;
    this.#stallsAtMs = clock.now() + this.between(times.running);
    this.#runsAtMs = this.#stallsAtMs + this.between(times.stalled);
  }

  /** A time between two others, in milliseconds. */
  between([least, most]: readonly [number, number]): number {
    return least + (most - least) * this.#random();
  }

  /** The monotonic time. */
  now(): number {
    return this.#clock.now();
  }

  /** The time of day. */
  wallNow(): number {
    return this.#clock.wallNow();
  }

  /** As every clock does. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith(this, ms, signal);
  }

  /** Timers are late by up to a millisecond, as those of runtimes are, and by what is left of a stall. */
  setTimer(ms: number, callback: () => void): Timer {
    let timer: Timer;
    const run = () => {
      const stalledMs = this.#stalledMs();
      if (stalledMs > 0) timer = this.#clock.setTimer(stalledMs, run);
      else callback();
    };
    timer = this.#clock.setTimer(Math.max(1, Math.ceil(ms)), run);
    return { cancel: () => timer.cancel() };
  }

  /** How much of a stall is left. */
  #stalledMs(): number {
    const nowMs = this.#clock.now();
    while (nowMs >= this.#runsAtMs) {
      this.#stallsAtMs = this.#runsAtMs + this.between(this.#times.running);
      this.#runsAtMs = this.#stallsAtMs + this.between(this.#times.stalled);
    }
    return nowMs < this.#stallsAtMs ? 0 : this.#runsAtMs - nowMs;
  }

  /** Resolves once the loop runs. */
  async running(): Promise<void> {
    for (let ms = this.#stalledMs(); ms > 0; ms = this.#stalledMs()) await this.#clock.sleep(ms);
  }

  /** The store as this process sees it, an answer of which takes `latency` milliseconds; `isAway` says when there is none. */
  store(store: LimitStore, latency: readonly [number, number], onAsk: () => void, isAway: () => boolean): LimitStore {
    const pass = async <R>(run: () => Promise<R>): Promise<R> => {
      onAsk();
      const latencyMs = this.between(latency);
      await this.#clock.sleep(latencyMs / 2);
      if (isAway()) {
        await this.running();
        throw new Error("away");
      }
      const answer = await run();
      await this.#clock.sleep(latencyMs / 2);
      await this.running();
      return answer;
    };
    return {
      book: (...args) => pass(() => store.book(...args)),
      pause: (...args) => pass(() => store.pause(...args)),
      settle: (...args) => pass(() => store.settle(...args)),
      reset: (...args) => pass(() => store.reset(...args)),
      watch: (...args) => store.watch(...args),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
}
