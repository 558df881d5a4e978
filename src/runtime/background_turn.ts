const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };

/**
 * Resolves in the next turn of the event loop; it keeps no process alive where the runtime can tell it not to.
 *
 * @returns A promise that resolves in the next turn.
 */
export function backgroundTurn(): Promise<void> {
  return new Promise((resolve) => {
    const handle = setImmediate === undefined ? setTimeout(resolve, 0) : setImmediate(resolve);
    (handle as { unref?(): void } | undefined)?.unref?.();
  });
}
