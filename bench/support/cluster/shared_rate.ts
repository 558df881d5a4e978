import { extremes, startCaller, startsWithin } from "../../../tests/support/limited_caller.ts";
import { RedisServer } from "../../../tests/support/redis_server.ts";

const PROCESSES = 4;
const FOR_MS = 4_000;

/** Processes find their pace before this time, and in the end some have stopped, in milliseconds. */
const HEAD_MS = 500;
const TAIL_MS = 250;

/** What came of a rate that processes share. */
export interface SharedRate {
  /** How much of the rate was started. */
  readonly percent: number;
  /** How much of it was started in the fullest second. */
  readonly fullestPercent: number;
  /** How often a second the store was asked, by all together. */
  readonly asked: number;
}

/**
 * Lets four processes share a rate by a Redis server, with more callers than it lets start.
 *
 * @param rate The limit, in starts a second.
 * @param callers How many callers each process has.
 * @returns What came of it.
 */
export async function checkSharedRate(rate: number, callers: number): Promise<SharedRate> {
  await using server = await RedisServer.start();
  const args = ["redis", server.url, rate, callers / PROCESSES, FOR_MS] as const;
  const started = await Promise.all(Array.from({ length: PROCESSES }, () => startCaller(...args)));
  const beganMs = Date.now();
  await Promise.all(started.map(({ begin }) => begin()));
  const calls = await Promise.all(started.map(({ calls }) => calls));
  await Promise.all(started.map(({ child }) => child.status));
  const [fromMs, toMs] = [beganMs + HEAD_MS, beganMs + FOR_MS - TAIL_MS];
  const count = startsWithin(calls, fromMs, toMs);
  return {
    percent: 100 * count * 1_000 / ((toMs - fromMs) * rate),
    fullestPercent: 100 * extremes(calls, 1_000, fromMs, toMs).most / rate,
    asked: calls.reduce((sum, { asked }) => sum + asked, 0) * 1_000 / FOR_MS,
  };
}
