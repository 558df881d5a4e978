/** What limits that processes share come to where answers take their time and processes stand still now and then, by a clock. */
import { assert } from "@std/assert";
import type { Booked, Booking, BookOptions, LimitStore } from "@opero/core";
import { FakeClock, memoryLimits } from "@opero/core/testing";
import { SharedLimiter } from "../../src/limiter/store/shared_limiter.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";
import { type Clock, sleepWith, type Timer } from "../../src/time/clock.ts";
import { printSeed } from "../support/seed.ts";

/** The time of a process that does nothing now and then, as one that has no core, or whose loop is blocked. */
class HaltingClock implements Clock {
  readonly #clock: FakeClock;
  #haltedUntilMs = -Infinity;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wallNow(): number {
    return this.#clock.wallNow();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith(this, ms, signal);
  }

  setTimer(ms: number, callback: () => void): Timer {
    const fire = () => {
      const restMs = this.#haltedUntilMs - this.#clock.now();
      if (restMs > 0) timer = this.#clock.setTimer(restMs, fire);
      else callback();
    };
    let timer = this.#clock.setTimer(ms, fire);
    return { cancel: () => timer.cancel() };
  }

  /** Nothing fires for `ms`. */
  halt(ms: number): void {
    this.#haltedUntilMs = this.#clock.now() + ms;
  }
}

interface Conditions {
  readonly ratePerMs: number;
  /** For how long the starts are counted: so long that it is no matter when the last process halted. */
  readonly forMs: number;
  /** How many calls wait in each process. */
  readonly callers: number;
  /** How long an answer of the store takes at most, in milliseconds. */
  readonly answerMs: number;
  /** A process stands still for so long at most, and runs for as long as `runMs` at most before. */
  readonly haltMs: number;
  readonly runMs: number;
}

const PROCESSES = 4;
const HEAD_MS = 200;

/** How much of the rate starts, over all and in the fullest second, and how often the store is asked. */
async function simulate({ ratePerMs, forMs, callers, answerMs, haltMs, runMs }: Conditions, seed: number) {
  const random = seededRandom(seed);
  const clock = new FakeClock();
  const shared = memoryLimits({ clock });
  const beginMs = clock.now();
  const starts: number[] = new Array(HEAD_MS + forMs + 1).fill(0);
  let asked = 0;
  let isOver = false;
  for (let process = 0; process < PROCESSES; process++) {
    const own = new HaltingClock(clock);
    const book = async (bookings: readonly Booking[], options: BookOptions): Promise<Booked> => {
      asked++;
      await clock.sleep(answerMs * random() / 2);
      const booked = await shared.book(bookings, options);
      await own.sleep(answerMs * random() / 2);
      return booked;
    };
    const store: LimitStore = { ...methodsOf(shared), book };
    const limits = [{ key: "api#0", intervalMs: 1 / ratePerMs, burst: 1 }];
    const limiter = new SharedLimiter({ store, limits, clock: own, onFailure: "share", onAway() {}, onBack() {} });
    const start = () => {
      const ms = Math.floor(own.now() - beginMs);
      if (ms < starts.length) starts[ms]!++;
      Promise.resolve().then(() => isOver || limiter.enqueue(start));
    };
    for (let caller = 0; caller < callers; caller++) limiter.enqueue(start);
    const haltOften = () => {
      own.halt(haltMs * random());
      if (!isOver) clock.setTimer(haltMs + runMs * random(), haltOften);
    };
    if (haltMs > 0) clock.setTimer(runMs * random(), haltOften);
  }
  for (let ms = 0; ms < HEAD_MS + forMs; ms++) await clock.tick(0.001);
  isOver = true;
  const counted = starts.slice(HEAD_MS, HEAD_MS + forMs);
  const sum = counted.reduce((sum, n) => sum + n, 0);
  let fullest = 0;
  for (let from = 0; from + 1_000 <= counted.length; from += 10) {
    fullest = Math.max(fullest, counted.slice(from, from + 1_000).reduce((sum, n) => sum + n, 0));
  }
  return {
    percent: 100 * sum / (forMs * ratePerMs),
    fullestPercent: 100 * fullest / (1_000 * ratePerMs),
    askedPerSecond: asked * 1_000 / (HEAD_MS + forMs),
  };
}

function methodsOf(store: LimitStore): LimitStore {
  return {
    book: (...args) => store.book(...args),
    pause: (...args) => store.pause(...args),
    settle: (...args) => store.settle(...args),
    reset: (...args) => store.reset(...args),
    watch: (...args) => store.watch(...args),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

const CONDITIONS: readonly (readonly [what: string, Pick<Conditions, "answerMs" | "haltMs" | "runMs">])[] = [
  ["the store is near", { answerMs: 0.4, haltMs: 0, runMs: 0 }],
  ["the store is far", { answerMs: 5, haltMs: 0, runMs: 0 }],
  ["processes stand still for up to 15 ms", { answerMs: 2, haltMs: 15, runMs: 30 }],
  ["processes stand still for up to 30 ms, and the store is far", { answerMs: 5, haltMs: 30, runMs: 40 }],
];

for (const [ratePerMs, forMs, conditions] of [[1, 8_000, CONDITIONS], [100, 1_500, CONDITIONS.slice(1, 3)]] as const) {
  for (const [what, times] of conditions) {
    Deno.test(`four processes reach a shared rate of ${1_000 * ratePerMs}/s, and no more, where ${what}`, async () => {
      const seen = await simulate({ ...times, ratePerMs, forMs, callers: 50 + 20 * ratePerMs }, printSeed());
      assert(seen.percent > 99 && seen.percent < 101, `${seen.percent} % of the rate`);
      assert(seen.fullestPercent < 105, `${seen.fullestPercent} % in the fullest second`);
      assert(seen.askedPerSecond < 1_000, `asked ${seen.askedPerSecond} times a second`);
    });
  }
}
