import {
  abortable,
  Aborts,
  allOf,
  failed,
  fallingBack,
  followed,
  limited,
  never,
  platformTimer,
  queued,
  retrying,
  type SetTimer,
  sharing,
  sleep,
  withinRate,
  wrapping,
} from "./bare_code.ts";

/** Many calls that are under way. */
export interface UnderWay {
  /** Ends them all at one moment. */
  readonly end: () => unknown;
  /** All of them. */
  readonly calls: readonly Promise<unknown>[];
}

/** Begins `count` calls. */
export type Begin = (count: number) => UnderWay | Promise<UnderWay>;

/** What calls wait for, until it is opened. */
export class Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.opened = promise;
    this.open = resolve;
  }

  /** A function that fails once the gate is open. */
  readonly fail = async (): Promise<never> => {
    await this.opened;
    throw new Error("no");
  };
}

export function many(count: number, call: (n: number) => Promise<unknown>): Promise<unknown>[] {
  return Array.from({ length: count }, (_, n) => call(n));
}

/** The least that ends at all: no call does anything but to fail, or to be told of the abort. */
export const LEANEST: Readonly<Record<"failing" | "aborted", Begin>> = {
  failing(count) {
    const gate = new Gate();
    return { end: gate.open, calls: many(count, async () => await gate.fail()) };
  },
  aborted(count) {
    const aborts = new Aborts();
    return { end: aborts.end, calls: many(count, async () => await new Promise((_, reject) => aborts.follow(reject))) };
  },
};

/** Calls of a function that fails, each run by `run`. */
function failing(run: (fail: () => Promise<never>, n: number) => Promise<unknown>): Begin {
  return (count) => {
    const gate = new Gate();
    return { end: gate.open, calls: many(count, (n) => run(gate.fail, n)) };
  };
}

/** Calls that are aborted while the attempt that `run` makes waits; without the abort some more would follow. */
function aborted(attempt: (aborts: Aborts, n: number) => Promise<unknown>): Begin {
  return (count) => {
    const aborts = new Aborts();
    const pause = () => sleep(3_600_000, aborts);
    const call = (n: number) => retrying(3, aborts, () => attempt(aborts, n), pause);
    return { end: aborts.end, calls: many(count, call) };
  };
}

/** Attempts wait in the queue of their key. */
function queuedBy(keyOf: (n: number) => string): Begin {
  return (count) => {
    const queues = new Map<string, Set<() => void>>();
    const queueOf = (key: string) => queues.get(key) ?? queues.set(key, new Set()).get(key)!;
    return aborted(async (aborts, n) => (await queued(queueOf(keyOf(n)), aborts), await never()))(count);
  };
}

/** The same as the items of a list. */
function listed(begin: Begin): Begin {
  return async (count) => {
    const { calls, end } = await begin(count);
    return { calls: [Promise.all(calls)], end };
  };
}

const worse = (): never => {
  throw new Error("worse");
};

/** The ways in which code without this library ends many calls. */
type HandWritten =
  | "wrapping"
  | "thrownOn"
  | "retrying"
  | "throughAll"
  | "withOwnSignal"
  | "fallback"
  | "asyncFallback"
  | "oneFlight"
  | "flights"
  | "inLine"
  | "inLinesByKey"
  | "running"
  | "pausing"
  | "abortedFlight"
  | "abortedThroughAll"
  | "timedOut"
  | "refused"
  | "abortedBefore"
  | "list"
  | "firstOfList"
  | "abortedList"
  | "listInLine";

/** What a good engineer writes without this library, so that each call keeps what the library promises of it. */
export const BY_HAND: Readonly<Record<HandWritten, Begin>> = {
  wrapping: failing(wrapping),
  thrownOn: failing(async (fail) => {
    try {
      return await fail();
    } catch (error) {
      throw error instanceof RangeError ? failed(error) : error;
    }
  }),
  retrying(count) {
    const gate = new Gate();
    let begun = 0;
    const aborts = new Aborts();
    const fn = async () => ++begun > count ? await gate.fail() : await Promise.reject(new Error("no"));
    const calls = many(count, () => retrying(1, aborts, fn, () => sleep(0, aborts)));
    calls.forEach((call) => call.catch(() => {}));
    return new Promise((resolve) => setTimeout(resolve, 100 + count / 50, { calls, end: gate.open }));
  },
  throughAll(count) {
    const gate = new Gate();
    const aborts = new Aborts();
    const attempt = () => limited(platformTimer, () => abortable(aborts, gate.fail));
    return { end: gate.open, calls: many(count, () => limited(platformTimer, () => wrapping(attempt))) };
  },
  withOwnSignal: failing((fail) => followed(new AbortController().signal, () => wrapping(fail))),
  fallback: failing((fail) => fallingBack(fail, worse)),
  asyncFallback: failing((fail) => fallingBack(fail, () => Promise.reject(new Error("worse")))),
  oneFlight(count) {
    const share = sharing<string>();
    const gate = new Gate();
    return { end: gate.open, calls: many(count, async () => await share("all", gate.fail)) };
  },
  flights(count) {
    const share = sharing<string>();
    const gate = new Gate();
    return { end: gate.open, calls: many(count, async (n) => await share(`[${n}]`, gate.fail)) };
  },
  inLine: queuedBy(() => "all"),
  inLinesByKey: queuedBy((n) => `[${n >> 1}]`),
  running: aborted((aborts) => abortable(aborts, never)),
  pausing: aborted(() => Promise.reject(new Error("no"))),
  abortedFlight(count) {
    const share = sharing<string>();
    return aborted((aborts) => abortable(aborts, () => share("all", never)))(count);
  },
  abortedThroughAll: aborted((aborts) =>
    limited(platformTimer, () => limited(platformTimer, () => abortable(aborts, never)))
  ),
  timedOut(count) {
    const callbacks: (() => void)[] = [];
    const setTimer: SetTimer = (callback) => (callbacks.push(callback), () => {});
    const calls = many(count, () => wrapping(() => limited(setTimer, never)));
    return { calls, end: () => callbacks.forEach((fire) => fire()) };
  },
  refused(count) {
    const gate = new Gate();
    const aborts = new Aborts();
    const rate = { dueMs: performance.now() + 3_600_000 };
    const call = () => retrying(3, aborts, () => withinRate(rate, never), () => sleep(100, aborts));
    return { end: gate.open, calls: many(count, async () => (await gate.opened, await call())) };
  },
  abortedBefore(count) {
    const gate = new Gate();
    const signal = AbortSignal.abort();
    const refuse = async () => {
      await gate.opened;
      signal.throwIfAborted();
    };
    return { end: gate.open, calls: many(count, async () => await refuse()) };
  },
  list(count) {
    const gate = new Gate();
    return { end: gate.open, calls: [allOf(many(count, () => wrapping(gate.fail)))] };
  },
  firstOfList: listed(failing(wrapping)),
  abortedList: listed(aborted((aborts) => abortable(aborts, never))),
  listInLine: listed(queuedBy(() => "all")),
};
