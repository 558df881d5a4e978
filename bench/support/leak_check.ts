import { opero } from "@opero/core";

/** What calls have left behind. */
export interface Leaks {
  /** Listeners on the signal that all calls followed. */
  readonly listeners: number;
  /** Timers of the runtime that are still to fire. */
  readonly timers: number;
  /** Bytes in use on the heap beyond those before. */
  readonly bytes: number;
}

/** Makes `calls` calls with a timeout, a deadline and a signal, `atOnce` of them in flight, and tells what is left. */
export async function checkLeaks(calls: number, atOnce: number): Promise<Leaks> {
  const timers = countTimers();
  const { signal, listeners } = countedSignal();
  let served = 0;
  const limited = opero(async () => {
    await Promise.resolve();
    return ++served;
  }, { timeout: "30s", deadline: "1m", signal, retries: 3 });
  const run = async (rounds: number) => {
    for (let round = 0; round < rounds; round++) await Promise.all(Array.from({ length: atOnce }, () => limited()));
    await nextTurns();
  };
  await run(10);
  const bytesBefore = heapBytes();
  await run(Math.ceil(calls / atOnce));
  const bytes = heapBytes() - bytesBefore;
  timers.restore();
  return { listeners: listeners(), timers: timers.live.size, bytes };
}

/** A signal that knows its listeners. */
function countedSignal(): { signal: AbortSignal; listeners: () => number } {
  const { signal } = new AbortController();
  const known = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    known.add(args[1]);
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    known.delete(args[1]);
    removeEventListener.apply(signal, args);
  };
  return { signal, listeners: () => known.size };
}

/** Knows which timers are still to fire, until it is restored. */
function countTimers(): { live: Set<unknown>; restore: () => void } {
  const { setTimeout, clearTimeout } = globalThis;
  const live = new Set<unknown>();
  globalThis.setTimeout = ((callback: () => void, ms?: number) => {
    const timer = setTimeout(() => {
      live.delete(timer);
      callback();
    }, ms);
    live.add(timer);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = (timer) => {
    live.delete(timer);
    clearTimeout(timer);
  };
  const restore = () => Object.assign(globalThis, { setTimeout, clearTimeout });
  return { live, restore };
}

/** The timer that serves many calls is called off once the turn ends, so some turns are let pass. */
async function nextTurns(): Promise<void> {
  const { setImmediate } = globalThis as unknown as { setImmediate: (callback: () => void) => void };
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

function heapBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().heapUsed;
}
