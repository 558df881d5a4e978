import { ConfigurationError } from "../errors/configuration_error.ts";
import { type AsyncContext, createAsyncContext } from "../runtime/async_context.ts";

let context: AsyncContext<string> | undefined;

/**
 * Runs `fn` so that the log lines, events and errors of every call within it bear `id`, through all it awaits.
 *
 * @param id The id for log lines, events and errors.
 * @param fn The code that runs with the id.
 * @returns What `fn` returns.
 * @throws {ConfigurationError} If the platform has no `AsyncLocalStorage`.
 * @example
 * ```ts
 * import { getCorrelationId, withCorrelationId } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const id = await withCorrelationId("order-17", async () => {
 *   await Promise.resolve();
 *   return getCorrelationId();
 * });
 * assertEquals(id, "order-17");
 * ```
 */
export function withCorrelationId<R>(id: string, fn: () => R): R {
  context ??= createAsyncContext<string>();
  if (context === undefined) {
    throw new ConfigurationError(
      "Cannot set a correlation id as 'AsyncLocalStorage' must be there to carry it: received a platform without it",
    );
  }
  return context.run(id, fn);
}

/**
 * The id set by the nearest {@link withCorrelationId} around this code, or `undefined`.
 *
 * @returns The id, or `undefined` where none is set.
 *
 * @example
 * ```ts
 * import { getCorrelationId, withCorrelationId } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(getCorrelationId(), undefined);
 * assertEquals(withCorrelationId("order-17", () => getCorrelationId()), "order-17");
 * ```
 */
export function getCorrelationId(): string | undefined {
  return context?.getStore();
}
