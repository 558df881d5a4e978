/** Calls `callback` after `ms`, unless called off by the answer; it keeps no process alive. */
export function setBackgroundTimer(ms: number, callback: () => void): () => void {
  const handle: unknown = setTimeout(callback, ms);
  const { Deno: deno } = globalThis as { Deno?: { unrefTimer(id: number): void } };
  if (typeof handle === "object") (handle as { unref?(): void }).unref?.();
  else deno?.unrefTimer(handle as number);
  return () => clearTimeout(handle as number);
}
