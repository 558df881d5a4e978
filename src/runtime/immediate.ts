import { globalValue } from "./global_value.ts";
import { isRequestBound } from "./request_bound.ts";

/** Calls `callback` in the next turn of the event loop. */
export type Immediate = (callback: () => void) => number | undefined | { unref?(): void };

interface ProcessLike {
  readonly versions?: { readonly node?: string };
}

/**
 * The `setImmediate` of Deno, Node and Bun. Others have one by that name that throws, or that dies with the request which
 * called it.
 *
 * @returns The function, or `undefined`.
 */
export function runtimeImmediate(): Immediate | undefined {
  const hasIt = "Deno" in globalThis || globalValue<ProcessLike>("process")?.versions?.node !== undefined;
  return hasIt && !isRequestBound() ? globalValue<Immediate>("setImmediate") : undefined;
}
