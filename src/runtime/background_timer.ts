import { globalValue } from "./global_value.ts";

/**
 * Calls `callback` after `ms`, unless the returned function cancels it; it keeps no process alive.
 *
 * @param ms The time, in milliseconds.
 * @param callback Called once.
 * @returns Cancels the timer.
 */
export function setBackgroundTimer(ms: number, callback: () => void): () => void {
  const handle = setTimeout(callback, ms);
  if (typeof handle === "number") globalValue<{ unrefTimer(id: number): void }>("Deno")?.unrefTimer(handle);
  else Object(handle).unref?.();
  return () => clearTimeout(handle);
}
