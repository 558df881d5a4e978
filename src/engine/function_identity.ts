import { isWrapper } from "../call/ensure_async.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { sourceOf } from "../function_source/callable_source.ts";
import { saysNothing } from "../function_source/forwarding.ts";
import type { OperoOptions } from "./opero_options.ts";
import type { AnyFunction } from "./wrapped.ts";

/** What `util.promisify` marks its functions with. */
const PROMISIFIED = Symbol.for("nodejs.util.promisify.custom");

/**
 * What distinguishes `fn` from every other function, in this process and the next: its `cacheId`, or its name and its source, and that of its
 * `cacheKey`, since another one means something else by the same key.
 *
 * @param fn The user's function.
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param name The name of the function, for messages.
 * @param options The options of the function.
 * @returns The identity, the same in every process.
 * @throws {ConfigurationError} If its source says nothing of what it does, so that another function's would be the same.
 */
export function functionIdentity(fn: AnyFunction, task: string, name: string, options: OperoOptions): string {
  const { cacheId, cacheKey } = options;
  if (cacheId !== undefined) return `id:${cacheId}`;
  const source = ownSource(fn);
  if (source === undefined) {
    throw new ConfigurationError(
      `Cannot ${task} as 'cacheId' must be given where results outlive the process and the function's own text does not tell what ` +
        `it does, as with a bound, native, proxied or wrapped one: received undefined`,
    );
  }
  return `function:${JSON.stringify([name, source, cacheKey === undefined ? null : String(cacheKey)])}`;
}

function ownSource(fn: AnyFunction): string | undefined {
  if (isWrapper(fn) || Reflect.get(fn, PROMISIFIED) === fn) return undefined;
  const source = sourceOf(fn);
  return source === undefined || saysNothing(source) ? undefined : source;
}
