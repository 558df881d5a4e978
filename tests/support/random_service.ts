/** A service that is slow, fails, recovers and limits its callers, on a clock that is told to go on. */
import { currentCall } from "@opero/core";
import type { FakeClock } from "@opero/core/testing";
import { ServiceWatch } from "./service_watch.ts";

/** What the service saw. */
export interface ServiceLog {
  /** All requests. */
  readonly watch: ServiceWatch;
  /** When each request with a key started, in milliseconds. */
  readonly startedMsOf: Map<string, number[]>;
  /** How often each call ran the function. */
  readonly runsOf: Map<number, number>;
}

/** A service and what it saw. */
export interface RandomService {
  /** What is wrapped: the keys that are left to try, and the number of the call. */
  readonly answer: (keys: readonly string[], id: number) => Promise<string>;
  readonly log: ServiceLog;
}

/** How one service behaves. */
interface Behaviour {
  readonly usualMs: number;
  readonly slowShare: number;
  readonly failShare: number;
  /** It is down for the first half of each of these periods. */
  readonly outageMs: number;
  readonly perSecond: number;
  readonly retryAfter: string;
}

/** Takes one of `values` by chance. */
export function oneOf<T>(random: () => number, ...values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)]!;
}

/** A service made by chance; `note` hears of each start and end. */
export function randomService(
  random: () => number,
  clock: FakeClock,
  note: (...what: unknown[]) => void,
): RandomService {
  const behaviour: Behaviour = {
    usualMs: oneOf(random, 0, 5, 80, 700),
    slowShare: oneOf(random, 0, 0.1, 0.4),
    failShare: oneOf(random, 0, 0.1, 0.5, 0.95),
    outageMs: oneOf(random, Infinity, 1_000, 8_000),
    perSecond: oneOf(random, Infinity, Infinity, 1, 4),
    // The last four are lies: too soon, far too late, and nothing that can be read.
    retryAfter: oneOf(random, "1", "1", "0", "7200", "-5", "soon"),
  };
  const watch = new ServiceWatch(clock);
  const log: ServiceLog = { watch, startedMsOf: new Map(), runsOf: new Map() };

  async function answer(keys: readonly string[], id: number): Promise<string> {
    const { signal } = currentCall();
    log.startedMsOf.set(keys[0]!, [...log.startedMsOf.get(keys[0]!) ?? [], clock.now()]);
    log.runsOf.set(id, (log.runsOf.get(id) ?? 0) + 1);
    note("start", id, keys[0]);
    try {
      return await watch.serve(signal, () => respond(signal, `${keys[0]} for ${id}`));
    } finally {
      note("end", id);
    }
  }

  async function respond(signal: AbortSignal, value: string): Promise<string> {
    const nowMs = clock.now();
    const recent = watch.startedMs.filter((startedMs) => startedMs > nowMs - 1_000).length;
    if (recent > behaviour.perSecond) throw tooMany(behaviour.retryAfter);
    const isSlow = random() < behaviour.slowShare;
    const isDown = (nowMs % behaviour.outageMs) < behaviour.outageMs / 2 && behaviour.outageMs !== Infinity;
    const fails = isDown || random() < behaviour.failShare;
    const tookMs = isSlow ? behaviour.usualMs + random() * 20_000 : behaviour.usualMs * random();
    if (tookMs > 0) await clock.sleep(tookMs, signal);
    if (fails) throw Object.assign(new Error("unavailable"), { status: 503 });
    return random() < 0.1 ? "poor" : value;
  }

  return { answer, log };
}

function tooMany(retryAfter: string): Error {
  return Object.assign(new Error("too many"), { status: 429, headers: { "retry-after": retryAfter } });
}
