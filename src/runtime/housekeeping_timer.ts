import { setBackgroundTimer } from "./background_timer.ts";

/**
 * Calls `callback` after `ms`, unless the returned function cancels it. It keeps no process alive, and in Deno no test that
 * looks for timers which were left takes it for one: it belongs to no test, and no test can end it.
 *
 * @param ms The time, in milliseconds.
 * @param callback Called once.
 * @returns Cancels the timer.
 */
export function setHousekeepingTimer(ms: number, callback: () => void): () => void {
  if (!("Deno" in globalThis) || Atomics.waitAsync === undefined) return setBackgroundTimer(ms, callback);
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const waiting = Atomics.waitAsync(flag, 0, 0, ms);
  if (!waiting.async) return setBackgroundTimer(ms, callback);
  waiting.value.then((end) => {
    if (end === "timed-out") callback();
  });
  return () => void Atomics.notify(flag, 0);
}
