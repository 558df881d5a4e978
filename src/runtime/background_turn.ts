import { globalValue } from "./global_value.ts";

type Handle = number | undefined | { unref?(): void };

const setImmediate = globalValue<(callback: () => void) => Handle>("setImmediate");

/**
 * Resolves in the next turn of the event loop; it keeps no process alive where the runtime allows that.
 *
 * @returns A promise that resolves in the next turn.
 */
export function backgroundTurn(): Promise<void> {
  return new Promise((resolve) => {
    const handle: Handle = setImmediate === undefined ? setTimeout(resolve, 0) : setImmediate(resolve);
    if (typeof handle === "object") handle.unref?.();
  });
}
