import { ConfigurationError } from "../errors/configuration_error.ts";
import { readCallable, sourceOf } from "../function_source/callable_source.ts";
import { findFreeVariables } from "../function_source/free_variables.ts";
import { workerHook } from "../runtime/worker_hook.ts";
import { BOUND_NAMES } from "./wire/pooled_function.ts";
import type { PooledFunction } from "./wire/pooled_function.ts";

/** A function that may be sent to a worker. */
// deno-lint-ignore no-explicit-any -- any function at all
export type AnyPooledFunction = (...args: any[]) => unknown;

/** How many functions that look the same were referred to so far, by module and source. */
const occurrences = new Map<string, number>();

/**
 * How a worker finds `fn`: by its own source, or in `module`.
 *
 * @param fn The user's function.
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param module The URL of the module that exports the function.
 * @returns How a worker finds the function.
 * @throws {ConfigurationError} If its source is hidden, or refers to what only its module knows;
 * `task` says what cannot be done, as in `wrap "resize"`.
 */
export function referToFunction(fn: AnyPooledFunction, task: string, module?: string): PooledFunction {
  const source = sourceOf(fn);
  const form = source === undefined ? undefined : readCallable(source)?.form;
  if (source === undefined || form === undefined) {
    throw new ConfigurationError(
      `Cannot ${task} as the function of a pool must have a source that can be sent to a worker: ` +
        "received one that is built in, bound or a class",
    );
  }
  const reference = { name: fn.name, module, occurrence: 0 };
  if (module !== undefined) return { ...reference, source, occurrence: countOccurrence(module, fn, source) };
  const free = findFreeVariables(source, BOUND_NAMES);
  if (free.length > 0) throw freeVariablesError(task, free);
  return { ...reference, source: form === "method" ? methodExpression(source) : source };
}

/** A method is an expression only within an object, whose one value it is; the key may be a symbol. */
function methodExpression(source: string): string {
  return `((object) => object[Reflect.ownKeys(object)[0]])({${source}})`;
}

/** Counts in the worker too, where the same modules wrap the same functions in the same order. */
function countOccurrence(module: string, fn: AnyPooledFunction, source: string): number {
  workerHook()?.functions.push({ module, fn });
  const key = JSON.stringify([module, fn.name, source]);
  const occurrence = occurrences.get(key) ?? 0;
  occurrences.set(key, occurrence + 1);
  return occurrence;
}

function freeVariablesError(task: string, free: readonly string[]): ConfigurationError {
  const names = free.map((name) => `'${name}'`).join(", ");
  return new ConfigurationError(
    `Cannot ${task} as the function of a pool must refer to nothing outside of itself, or be found with ` +
      `'module: import.meta.url': received one that refers to ${names}`,
  );
}
