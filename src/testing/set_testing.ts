import { beginTestingMode } from "../call/testing_mode.ts";
import { booleanFlag, validateOptions } from "../options/validate.ts";

/** What {@link setTesting} takes. */
export interface TestingOptions {
  /**
   * Whether calls do not wait between their attempts: neither the backoff, nor a Retry-After, nor `fallbackDelay`.
   * @default false
   */
  readonly noWait?: boolean | undefined;
}

/**
 * Changes how calls of all instances run until it is disposed, as at the end of a block with `using`.
 *
 * With `noWait` calls make as many attempts as they would, at once: the waits between attempts take no time, whatever
 * clock an instance has. What only time brings is waited for as ever: the rate limit, a slot, an open circuit; and so are
 * timeouts, and the expiry of results. Events and the choice whether a wait fits into the deadline name the delay as it
 * would be. Of several that are in force the latest counts.
 *
 * @param options What is other than usual.
 * @returns Restores what was in force before, when it is disposed.
 * @throws {ConfigurationError} If an option is unknown or wrong.
 *
 * @example
 * ```ts
 * import { opero } from "@opero/core";
 * import { setTesting } from "@opero/core/testing";
 * import { assertEquals } from "@std/assert";
 *
 * using _fast = setTesting({ noWait: true });
 * let runs = 0;
 * const load = opero(() => {
 *   if (++runs < 4) throw new Error("busy");
 *   return runs;
 * }, { minDelay: "1h", maxDelay: "1h" });
 * assertEquals(await load(), 4);
 * ```
 */
export function setTesting(options: TestingOptions): Disposable {
  validateOptions("set testing", options, { noWait: booleanFlag });
  const restore = beginTestingMode({ noWait: options.noWait === true });
  return { [Symbol.dispose]: restore };
}
