import type { PooledFunction } from "../wire/pooled_function.ts";
import type { WorkerHook } from "../../runtime/worker_hook.ts";

/** Kept from the start, as items may replace it; by another name than its own it sees no scope but the global one. */
const evaluateGlobally: (code: string) => unknown = eval;

/** A function as a worker runs it. */
export type ItemFunction = (...args: readonly unknown[]) => unknown;

/**
 * Finds what `reference` refers to.
 *
 * @param reference How to find the function.
 * @param bound The variables that the function uses.
 * @param hook The hook of the worker.
 * @returns The function; a promise where its module is imported.
 */
export function loadFunction(
  reference: PooledFunction,
  bound: Readonly<Record<string, unknown>>,
  hook: WorkerHook,
): ItemFunction | Promise<ItemFunction> {
  if (reference.module === undefined) return evaluate(reference, bound);
  return import(reference.module).then((module) => findIn(module, reference, hook));
}

function evaluate({ source, name }: PooledFunction, bound: Readonly<Record<string, unknown>>): ItemFunction {
  const names = Object.keys(bound);
  // Modules are strict, and so was the code that this source is from. In place of `new Function`, which puts two lines
  // before it: so a stack has the lines of the function itself.
  const code = `(function(${names}) {"use strict"; return (${source}\n); })\n//# sourceURL=opero:${placeName(name)}`;
  const make = evaluateGlobally(code) as (...values: readonly unknown[]) => unknown;
  const fn = make(...names.map((name) => bound[name]));
  if (typeof fn === "function") return fn as ItemFunction;
  throw new TypeError("Cannot run what was sent to a worker as it is no function");
}

/** The function's name as stacks show it in place of the address of a file. */
function placeName(name: string): string {
  return name.replace(/[^\w$.-]/g, "_") || "anonymous";
}

/**
 * Among the functions that the module wrapped for pools while it was imported, and its exports,
 * those that look like the one looked for.
 */
function findIn(module: Record<string, unknown>, reference: PooledFunction, hook: WorkerHook): ItemFunction {
  const wrapped = hook.functions.filter((entry) => entry.module === reference.module).map((entry) => entry.fn);
  const isSame = (value: unknown): value is ItemFunction =>
    typeof value === "function" && value.name === reference.name &&
    Function.prototype.toString.call(value) === reference.source;
  const found = wrapped.filter(isSame)[reference.occurrence] ?? Object.values(module).find(isSame);
  if (found !== undefined) return found as ItemFunction;
  throw new ReferenceError(
    `Cannot find the function ${JSON.stringify(reference.name)} in its module: it must be exported, or wrapped while ` +
      "the module is imported, not only where 'import.meta.main' holds",
  );
}
