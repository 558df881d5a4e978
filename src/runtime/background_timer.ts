/**
 * Calls `callback` after `ms`, unless the returned function cancels it; it keeps no process alive.
 *
 * @param ms The time, in milliseconds.
 * @param callback Called once.
 * @returns Cancels the timer.
 */
export function setBackgroundTimer(ms: number, callback: () => void): () => void {
  const handle: unknown = setTimeout(callback, ms);
  const { Deno: deno } = globalThis as { Deno?: { unrefTimer(id: number): void } };
  if (typeof handle === "object") (handle as { unref?(): void }).unref?.();
  else deno?.unrefTimer(handle as number);
  return () => clearTimeout(handle as number);
}
