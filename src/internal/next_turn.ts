const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };

/** Calls `callback` in the next turn of the event loop, after all that this turn has to do. */
export function nextTurn(callback: () => void): void {
  if (setImmediate === undefined) setTimeout(callback, 0);
  else setImmediate(callback);
}
