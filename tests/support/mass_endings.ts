import { createOpero, type OperoOptions } from "@opero/core";
import { FakeClock } from "@opero/core/testing";

/** Many calls that are under way. */
export interface UnderWay {
  /** Ends them all at one moment. */
  readonly end: () => unknown;
  /** All of them. */
  readonly calls: readonly Promise<unknown>[];
}

/** A way in which many calls can end at one moment. */
export interface MassEnding {
  readonly name: string;
  /** Bare code whose calls end in a like way. */
  readonly bare: "failing" | "aborted";
  /** Begins `count` calls. */
  readonly begin: (count: number) => UnderWay | Promise<UnderWay>;
}

/** What calls wait for, until it is opened. */
class Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.opened = promise;
    this.open = resolve;
  }
}

function many(count: number, call: (n: number) => Promise<unknown>): Promise<unknown>[] {
  return Array.from({ length: count }, (_, n) => call(n));
}

/** The same without this library. */
export const BARE: Readonly<Record<MassEnding["bare"], (count: number) => UnderWay>> = {
  failing(count) {
    const gate = new Gate();
    const fail = async () => {
      await gate.opened;
      throw new Error("no");
    };
    return { end: gate.open, calls: many(count, async () => await fail()) };
  },
  aborted(count) {
    const controller = new AbortController();
    const rejects = new Set<(reason: unknown) => void>();
    controller.signal.addEventListener("abort", () => rejects.forEach((reject) => reject(controller.signal.reason)));
    const wait = () => new Promise((_, reject) => rejects.add(reject));
    return { end: () => controller.abort(), calls: many(count, async () => await wait()) };
  },
};

/** Calls of a function that fails once a gate opens. */
function failing(options: OperoOptions, of = (fn: () => Promise<unknown>, _n: number) => fn()): MassEnding["begin"] {
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
): MassEnding["begin"] {
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
function timedOut(options: OperoOptions): MassEnding["begin"] {
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

function mapped(isStream: boolean, ending: "failing" | "abort", options: OperoOptions = {}): MassEnding["begin"] {
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
  { name: "failing with retries: 0", bare: "failing", begin: failing({}) },
  { name: "failing, thrown on", bare: "failing", begin: failing({ retryOn: RangeError, retries: 3 }) },
  {
    name: "failing, retries exhausted",
    bare: "failing",
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
    bare: "failing",
    begin: failing({ timeout: "1h", deadline: "1h", signal: new AbortController().signal }),
  },
  { name: "failing after argFallback", bare: "failing", begin: failing({ argFallback: 0, fallbackValues: ["a"] }) },
  {
    name: "failing with { signal }",
    bare: "failing",
    begin: failing(
      {},
      (fn, _n) =>
        (fn as never as { with(o: object): () => Promise<unknown> }).with({ signal: new AbortController().signal })(),
    ),
  },
  {
    name: "failing fallback",
    bare: "failing",
    begin: failing({
      fallback: () => {
        throw new Error("worse");
      },
    }),
  },
  {
    name: "failing async fallback",
    bare: "failing",
    begin: failing({ fallback: () => Promise.reject(new Error("worse")) }),
  },
  { name: "failing flight of many waiters", bare: "failing", begin: failing({ cache: true }) },
  {
    name: "failing flights",
    bare: "failing",
    begin: failing({ cache: true }, (fn, n) => (fn as (n: number) => Promise<unknown>)(n)),
  },
  { name: "aborted in one limiter", bare: "aborted", begin: aborted({ rateLimit: 1 / 3_600 }, false) },
  {
    name: "aborted in limiters by key",
    bare: "aborted",
    begin: aborted({ rateLimit: 1 / 3_600, rateLimitScope: "per_args" }, false, (n) => [n >> 1]),
  },
  { name: "aborted while they run", bare: "aborted", begin: aborted({}, false) },
  { name: "aborted in a retry pause", bare: "aborted", begin: aborted({}, true) },
  { name: "aborted in a retry pause without jitter", bare: "aborted", begin: aborted({ jitter: "none" }, true) },
  {
    name: "aborted in a fallbackDelay",
    bare: "aborted",
    begin: aborted({ argFallback: 0, fallbackDelay: "1h" }, true, () => [["a", "b"]]),
  },
  { name: "aborted in a flight", bare: "aborted", begin: aborted({ cache: true }, false) },
  {
    name: "aborted within timeout and deadline",
    bare: "aborted",
    begin: aborted({ timeout: "1h", deadline: "1h" }, false),
  },
  { name: "timed out", bare: "failing", begin: timedOut({ timeout: "1s" }) },
  { name: "past the deadline", bare: "failing", begin: timedOut({ deadline: "1s" }) },
  {
    name: "refused by the rate limit",
    bare: "failing",
    begin: (count) => {
      const { opero } = createOpero();
      const fn = opero(() => Promise.resolve(1), { rateLimit: 1 / 3_600, rateLimitMaxWait: 0 });
      const gate = new Gate();
      return { end: gate.open, calls: many(count, async () => (await gate.opened, await fn())) };
    },
  },
  {
    name: "aborted before they begin",
    bare: "failing",
    begin: (count) => {
      const { opero } = createOpero();
      const fn = opero(() => Promise.resolve(1)).with({ signal: AbortSignal.abort() });
      const gate = new Gate();
      return { end: gate.open, calls: many(count, async () => (await gate.opened, await fn())) };
    },
  },
  { name: "items of a list failing", bare: "failing", begin: mapped(false, "failing") },
  { name: "items of a stream failing", bare: "failing", begin: mapped(true, "failing") },
  { name: "a list aborted", bare: "aborted", begin: mapped(false, "abort") },
  { name: "a stream aborted", bare: "aborted", begin: mapped(true, "abort") },
  { name: "a list aborted in its limiter", bare: "aborted", begin: mapped(false, "abort", { rateLimit: 1 / 3_600 }) },
  {
    name: "a list aborted at its first failure",
    bare: "failing",
    begin: mapped(false, "failing", { onError: "abort" } as OperoOptions),
  },
];

/** How long it takes until all have ended, in milliseconds. */
export async function endingMs(begin: MassEnding["begin"], count: number): Promise<number> {
  const { calls, end } = await begin(count);
  const settled = Promise.allSettled(calls);
  await new Promise((resolve) => setTimeout(resolve, 1));
  const startMs = performance.now();
  await end();
  await settled;
  return performance.now() - startMs;
}
