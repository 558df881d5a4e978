import type { CacheBackend } from "../cache/backend/cache_backend.ts";
import { hasLocks, lendLocks } from "../cache/backend/lock_methods.ts";
import type { MaybePromise } from "../call/maybe_promise.ts";
import type { AnyFunction, AsyncFunction } from "../engine/wrapped.ts";
import {
  anyFunction,
  anyValue,
  finiteDuration,
  numberThat,
  type OptionRule,
  type OptionRules,
  validateOptions,
  wrongOption,
} from "../options/validate.ts";
import type { Clock } from "../time/clock.ts";
import { SystemClock } from "../time/system_clock.ts";
import { type Duration, parseDuration } from "../time/duration.ts";
import { seededRandom } from "./seeded_random.ts";

/** How {@link chaos} disturbs calls. */
export interface ChaosOptions {
  /**
   * The share of calls that fail, from 0 to 1. A call that fails does not run.
   * @default 0.1
   */
  readonly rate?: number | undefined;
  /**
   * The longest delay of a call; each is delayed by a time between none and this.
   * @default 0
   */
  readonly latency?: Duration | undefined;
  /** What calls fail with, or a function that makes it; by default an `Error` named `ChaosError`. */
  readonly error?: unknown;
  /**
   * What all chance follows from: the same calls, in the same order, meet with the same.
   * @default 1
   */
  readonly seed?: number | undefined;
  /** What delays are waited by. By default the runtime's clock. */
  readonly clock?: Clock | undefined;
}

/** Disturbs what it is given, which keeps its type. */
export interface Chaos {
  /** Disturbs the calls of an async function. */
  <F extends AsyncFunction>(fn: F): F;
  /** Disturbs the calls of a sync function, whose result becomes a promise. */
  <This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => R,
  ): (this: This, ...args: Args) => Promise<Awaited<R>>;
  /** Disturbs the operations of a cache backend; `close` is left as it is. */
  (backend: CacheBackend): CacheBackend;
}

const RULES: OptionRules = {
  rate: numberThat("a number from 0 to 1", (value) => value >= 0 && value <= 1),
  latency: finiteDuration,
  error: anyValue,
  seed: numberThat("a whole number", Number.isSafeInteger),
  clock: {
    desired: "a clock with 'sleep'",
    accepts: (value) => anyFunction.accepts(Reflect.get(Object(value), "sleep")),
  },
};

const TARGET: OptionRule = {
  desired: "a function, or a backend with 'get', 'set', 'delete' and 'clear'",
  accepts: (value) =>
    typeof value === "object" &&
    ["get", "set", "delete", "clear"].every((name) => anyFunction.accepts(Reflect.get(Object(value), name))),
};

/** Does `work` late, or fails in its place. */
type Disturb = <R>(work: () => MaybePromise<R>) => Promise<R>;

/**
 * Makes functions and cache backends fail and hesitate at random, so that a test shows what your code does then.
 *
 * @param options How often, how late, and with what.
 * @returns Disturbs a function or a backend.
 * @throws {ConfigurationError} If an option is unknown or wrong, or what is to be disturbed is neither.
 *
 * @example
 * ```ts
 * import { opero } from "@opero/core";
 * import { chaos, setTesting } from "@opero/core/testing";
 * import { assertEquals } from "@std/assert";
 *
 * using _fast = setTesting({ noWait: true });
 * const flaky = chaos({ rate: 0.5, seed: 7 })(async (id: string) => await Promise.resolve(`user ${id}`));
 * const load = opero(flaky, { retries: 20 });
 * for (let n = 0; n < 100; n++) assertEquals(await load("a"), "user a");
 * ```
 */
export function chaos(options: ChaosOptions = {}): Chaos {
  validateOptions("make chaos", options, RULES);
  const disturb = disturbing(options);
  return ((target: unknown) => {
    if (anyFunction.accepts(target)) return disturbedFunction(target as AnyFunction, disturb);
    if (TARGET.accepts(target)) return disturbedBackend(target as CacheBackend, disturb);
    throw wrongOption("make chaos", "target", TARGET, target);
  }) as Chaos;
}

function disturbing({ rate = 0.1, latency = 0, error, seed = 1, clock = new SystemClock() }: ChaosOptions): Disturb {
  const random = seededRandom(seed);
  const latencyMs = parseDuration(latency)!;
  return async (work) => {
    // Both are drawn at once, so that what a call meets with does not depend on when others end.
    const [isFailing, delayMs] = [random() < rate, random() * latencyMs];
    if (delayMs > 0) await clock.sleep(delayMs);
    if (isFailing) throw errorOf(error);
    return await work();
  };
}

function errorOf(error: unknown): unknown {
  if (typeof error === "function") return error();
  return error ?? Object.assign(new Error("This call fails as chaos() is to make it fail"), { name: "ChaosError" });
}

function disturbedFunction(fn: AnyFunction, disturb: Disturb): AnyFunction {
  function disturbed(this: unknown, ...args: unknown[]): Promise<unknown> {
    return disturb(() => fn.apply(this, args));
  }
  for (const key of ["name", "length"] as const) Object.defineProperty(disturbed, key, { value: fn[key] });
  // Whatever else the function bears is found there.
  return Object.setPrototypeOf(disturbed, fn);
}

function disturbedBackend(backend: CacheBackend, disturb: Disturb): CacheBackend {
  const disturbed: CacheBackend = {
    get: (key) => disturb(() => backend.get(key)),
    set: (key, entry) => disturb(() => backend.set(key, entry)),
    delete: (key) => disturb(() => backend.delete(key)),
    clear: (prefix) => disturb(() => backend.clear(prefix)),
    close: () => backend.close?.(),
  };
  if (hasLocks(backend)) lendLocks(disturbed, (ask) => disturb(() => ask(backend)), backend.watch?.bind(backend));
  return disturbed;
}
