import { createOpero, type OperoOptions } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { type Begin, BY_HAND, Gate, type LEANEST, many } from "./bare_endings.ts";

/** A way in which many calls can end at one moment. */
export interface MassEnding {
  readonly name: string;
  /** The least that ends in a like way. */
  readonly leanest: keyof typeof LEANEST;
  /** Code without this library that keeps the same promises. */
  readonly byHand: Begin;
  /** Begins `count` calls. */
  readonly begin: Begin;
}

/** Calls of a function that fails once a gate opens. */
function failing(options: OperoOptions, of = (fn: () => Promise<unknown>, _n: number) => fn()): Begin {
  return (count) => {
    const { opero } = createOpero();
    const gate = new Gate();
    const fn = opero(async (..._args: unknown[]): Promise<unknown> => {
      await gate.opened;
      throw new Error("no");
    }, { retries: 0, ...options } as object);
    return { end: gate.open, calls: many(count, (n) => of(fn as () => Promise<unknown>, n)) };
  };
}

/** Calls that are aborted while they wait for what `options` have them wait. */
function aborted(
  options: OperoOptions,
  fails: boolean,
  args: (n: number) => unknown[] = () => [],
): Begin {
  return async (count) => {
    const { opero } = createOpero();
    const controller = new AbortController();
    const fn = opero((..._args: unknown[]) => fails ? Promise.reject(new Error("no")) : new Promise(() => {}), {
      minDelay: "1h",
      maxDelay: "2h",
      ...options,
    } as object).with({ signal: controller.signal });
    const calls = many(count, (n) => fn(...args(n)));
    calls.forEach((call) => call.catch(() => {}));
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { end: () => controller.abort(), calls };
  };
}

/** Calls whose timers all come at one moment. */
function timedOut(options: OperoOptions): Begin {
  return (count) => {
    const clock = new FakeClock();
    // The fake clock looks for the next of its timers one by one: here all come at one call.
    const callbacks: (() => void)[] = [];
    clock.setTimer = (_ms, callback) => (callbacks.push(callback), { cancel() {} });
    const { opero } = createOpero({ clock });
    const fn = opero(() => new Promise(() => {}), { retries: 0, ...options });
    return { calls: many(count, () => fn()), end: () => callbacks.forEach((fire) => fire()) };
  };
}

function mapped(isStream: boolean, ending: "failing" | "abort", options: OperoOptions = {}): Begin {
  return (count) => {
    const { opmap } = createOpero();
    const gate = new Gate();
    const controller = new AbortController();
    const fn = opmap(async (_n: number): Promise<void> => {
      await gate.opened;
      throw new Error("no");
    }, { workers: count, progress: false, retries: 0, ...options } as object);
    const items = Array.from({ length: count }, (_, n) => n);
    const { signal } = controller;
    const read = async () => {
      for await (const _ of fn.stream(items, { signal })) { /* there is none */ }
    };
    const run: Promise<unknown> = isStream ? read() : fn(items, { signal });
    return { calls: [run], end: ending === "abort" ? () => controller.abort() : gate.open };
  };
}

/** Every way in which calls can end, many at a time. */
export const MASS_ENDINGS: readonly MassEnding[] = [
  { name: "failing with retries: 0", leanest: "failing", byHand: BY_HAND.wrapping, begin: failing({}) },
  {
    name: "failing, thrown on",
    leanest: "failing",
    byHand: BY_HAND.thrownOn,
    begin: failing({ retryOn: RangeError, retries: 3 }),
  },
  {
    name: "failing, retries exhausted",
    leanest: "failing",
    byHand: BY_HAND.retrying,
    begin: (count) => {
      const gate = new Gate();
      let failed = 0;
      const { opero } = createOpero();
      const fn = opero(async () => {
        if (++failed > count) await gate.opened;
        throw new Error("no");
      }, { retries: 1, minDelay: 0, maxDelay: 0 });
      const calls = many(count, () => fn());
      calls.forEach((call) => call.catch(() => {}));
      return new Promise((resolve) => setTimeout(resolve, 100 + count / 50, { calls, end: gate.open }));
    },
  },
  {
    name: "failing within every layer",
    leanest: "failing",
    byHand: BY_HAND.throughAll,
    begin: failing({ timeout: "1h", deadline: "1h", signal: new AbortController().signal }),
  },
  {
    name: "failing after argFallback",
    leanest: "failing",
    byHand: BY_HAND.wrapping,
    begin: failing({ argFallback: 0, fallbackValues: ["a"] }),
  },
  {
    name: "failing with { signal }",
    leanest: "failing",
    byHand: BY_HAND.withOwnSignal,
    begin: failing(
      {},
      (fn, _n) =>
        (fn as never as { with(o: object): () => Promise<unknown> }).with({ signal: new AbortController().signal })(),
    ),
  },
  {
    name: "failing fallback",
    leanest: "failing",
    byHand: BY_HAND.fallback,
    begin: failing({
      fallback: () => {
        throw new Error("worse");
      },
    }),
  },
  {
    name: "failing async fallback",
    leanest: "failing",
    byHand: BY_HAND.asyncFallback,
    begin: failing({ fallback: () => Promise.reject(new Error("worse")) }),
  },
  {
    name: "failing flight of many waiters",
    leanest: "failing",
    byHand: BY_HAND.oneFlight,
    begin: failing({ cache: true }),
  },
  {
    name: "failing flights",
    leanest: "failing",
    byHand: BY_HAND.flights,
    begin: failing({ cache: true }, (fn, n) => (fn as (n: number) => Promise<unknown>)(n)),
  },
  {
    name: "aborted in one limiter",
    leanest: "aborted",
    byHand: BY_HAND.inLine,
    begin: aborted({ rateLimit: 1 / 3_600 }, false),
  },
  {
    name: "aborted in limiters by key",
    leanest: "aborted",
    byHand: BY_HAND.inLinesByKey,
    begin: aborted({ rateLimit: 1 / 3_600, rateLimitScope: "per_args" }, false, (n) => [n >> 1]),
  },
  { name: "aborted while they run", leanest: "aborted", byHand: BY_HAND.running, begin: aborted({}, false) },
  { name: "aborted in a retry pause", leanest: "aborted", byHand: BY_HAND.pausing, begin: aborted({}, true) },
  {
    name: "aborted in a retry pause without jitter",
    leanest: "aborted",
    byHand: BY_HAND.pausing,
    begin: aborted({ jitter: "none" }, true),
  },
  {
    name: "aborted in a fallbackDelay",
    leanest: "aborted",
    byHand: BY_HAND.pausing,
    begin: aborted({ argFallback: 0, fallbackDelay: "1h" }, true, () => [["a", "b"]]),
  },
  {
    name: "aborted in a flight",
    leanest: "aborted",
    byHand: BY_HAND.abortedFlight,
    begin: aborted({ cache: true }, false),
  },
  {
    name: "aborted within timeout and deadline",
    leanest: "aborted",
    byHand: BY_HAND.abortedThroughAll,
    begin: aborted({ timeout: "1h", deadline: "1h" }, false),
  },
  { name: "timed out", leanest: "failing", byHand: BY_HAND.timedOut, begin: timedOut({ timeout: "1s" }) },
  { name: "past the deadline", leanest: "failing", byHand: BY_HAND.timedOut, begin: timedOut({ deadline: "1s" }) },
  {
    name: "refused by the rate limit",
    leanest: "failing",
    byHand: BY_HAND.refused,
    begin: (count) => {
      const { opero } = createOpero();
      const fn = opero(() => Promise.resolve(1), { rateLimit: 1 / 3_600, rateLimitMaxWait: 0 });
      const gate = new Gate();
      return { end: gate.open, calls: many(count, async () => (await gate.opened, await fn())) };
    },
  },
  {
    name: "aborted before they begin",
    leanest: "failing",
    byHand: BY_HAND.abortedBefore,
    begin: (count) => {
      const { opero } = createOpero();
      const fn = opero(() => Promise.resolve(1)).with({ signal: AbortSignal.abort() });
      const gate = new Gate();
      return { end: gate.open, calls: many(count, async () => (await gate.opened, await fn())) };
    },
  },
  { name: "items of a list failing", leanest: "failing", byHand: BY_HAND.list, begin: mapped(false, "failing") },
  { name: "items of a stream failing", leanest: "failing", byHand: BY_HAND.list, begin: mapped(true, "failing") },
  { name: "a list aborted", leanest: "aborted", byHand: BY_HAND.abortedList, begin: mapped(false, "abort") },
  { name: "a stream aborted", leanest: "aborted", byHand: BY_HAND.abortedList, begin: mapped(true, "abort") },
  {
    name: "a list aborted in its limiter",
    leanest: "aborted",
    byHand: BY_HAND.listInLine,
    begin: mapped(false, "abort", { rateLimit: 1 / 3_600 }),
  },
  {
    name: "a list aborted at its first failure",
    leanest: "failing",
    byHand: BY_HAND.firstOfList,
    begin: mapped(false, "failing", { onError: "abort" } as OperoOptions),
  },
];
