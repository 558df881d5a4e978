import { isAsyncFunction } from "../call/ensure_async.ts";
import type { AnyFunction } from "../engine/wrapped.ts";
import { isPooled } from "../options/option_needs.ts";
import { wrongOption } from "../options/validate.ts";
import type { OpmapOptions } from "./opmap_options.ts";

/**
 * Checks that items of `fn` can run where the options say, and that what was given of them is what was meant.
 *
 * @param task What cannot be done where an option is wrong, as in `wrap "resize"`.
 * @param fn The user's function.
 * @param isMethod Whether it is a decorated method.
 * @param given The options as the user gave them.
 * @param options The same with defaults.
 * @throws {ConfigurationError} If they cannot.
 */
export function requireMode(
  task: string,
  fn: AnyFunction,
  isMethod: boolean,
  given: unknown,
  options: OpmapOptions,
): void {
  if (isMethod && isPooled(options)) {
    const desired = '"thread" or "async" for a decorated method, which cannot be sent to a worker';
    throw wrongOption(task, "mode", { desired }, options.mode);
  }
  if (options.mode === "async" && !isAsyncFunction(fn)) {
    throw wrongOption(task, "mode", { desired: '"thread" for a function that is not written as async' }, options.mode);
  }
  if (options.mode === "cluster" && options.engine === undefined) {
    throw wrongOption(task, "engine", { desired: `given in the mode "cluster"` }, undefined);
  }
  requireWorkers(given, task);
}

/** Other libraries call the number of workers so; with the default of that, a plain number here would do nothing. */
function requireWorkers(given: unknown, task: string): void {
  const { concurrency, concurrencyKey, workers } = Object(given) as Partial<OpmapOptions>;
  if (typeof concurrency !== "number" || (concurrencyKey ?? workers) !== undefined) return;
  const desired = "given together with 'workers', which says how many items of a run are worked on at once, " +
    "and which you may have meant";
  throw wrongOption(task, "concurrency", { desired }, concurrency);
}
