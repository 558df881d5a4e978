import {
  findParameter,
  parameterAt,
  parameterNames,
  type ParameterPlace,
} from "./function_source/function_parameters.ts";
import { wrongOption } from "./internal/validate.ts";
import type { Telemetry } from "./telemetry.ts";

/** The parameter of a function that has alternatives. Neither the caller's arrays nor objects are changed. */
export class FallbackParameter {
  readonly #place: ParameterPlace;
  readonly #defaultValues: readonly unknown[] | undefined;

  /** The parameter at `place`, which is `defaultValues` where the caller leaves it out. */
  constructor(place: ParameterPlace, defaultValues: readonly unknown[] | undefined) {
    this.#place = place;
    this.#defaultValues = defaultValues?.slice() ?? place.defaultValues;
  }

  /** The list that a call brings, or `undefined` where it brings none and is to be passed on as it is. */
  valuesOf(args: readonly unknown[]): readonly unknown[] | undefined {
    const given = read(args[this.#place.index], this.#path);
    const values = given === undefined ? this.#defaultValues : given;
    return Array.isArray(values) && values.length > 0 ? values : undefined;
  }

  /** `args` with `values` at the parameter's place. */
  argsWith(args: readonly unknown[], values: unknown): unknown[] {
    const { index } = this.#place;
    const changed = [...args];
    while (changed.length < index) changed.push(undefined);
    changed[index] = write(changed[index], this.#path, values);
    return changed;
  }

  /** `args` for a cache key: which value got through makes no other result. */
  argsWithout(args: readonly unknown[]): readonly unknown[] {
    const { index } = this.#place;
    if (index >= args.length) return args;
    if (this.#path.length > 0) return args.with(index, without(args[index], this.#path));
    return index === args.length - 1 ? args.slice(0, -1) : args.with(index, undefined);
  }

  get #path(): readonly string[] {
    return this.#place.path;
  }
}

/**
 * The parameter that `argFallback` names, or `undefined` without one.
 *
 * @throws {ConfigurationError} If there is no such parameter, or `fallbackValues` stand alone.
 */
export function resolveFallbackParameter(
  task: string,
  fn: (...args: never[]) => unknown,
  options: {
    readonly argFallback?: string | number | undefined;
    readonly fallbackValues?: readonly unknown[] | undefined;
  },
  telemetry: Telemetry,
): FallbackParameter | undefined {
  const { argFallback, fallbackValues } = options;
  if (argFallback === undefined) {
    if (fallbackValues === undefined) return undefined;
    throw wrongOption(task, "argFallback", { desired: "given where 'fallbackValues' is" }, undefined);
  }
  const place = findPlace(task, fn, argFallback);
  if (place.hasDefault && place.defaultValues === undefined && fallbackValues === undefined) {
    telemetry.log("warning", "the default of the fallback parameter cannot be read from the source", {
      functionName: fn.name,
      remedy: "fallbackValues",
    });
  }
  return new FallbackParameter(place, fallbackValues);
}

function findPlace(task: string, fn: (...args: never[]) => unknown, argFallback: string | number): ParameterPlace {
  const place = typeof argFallback === "number" ? parameterAt(fn, argFallback) : findParameter(fn, argFallback);
  if (place !== undefined) return place;
  const known = parameterNames(fn);
  const desired = known === undefined
    ? "the index of a parameter, as the source of the function cannot be read"
    : known.length === 0
    ? "the index of a parameter, as the function names none"
    : `the index of a parameter or one of ${known.map((each) => JSON.stringify(each)).join(", ")}`;
  throw wrongOption(task, "argFallback", { desired }, argFallback);
}

function read(argument: unknown, path: readonly string[]): unknown {
  let value = argument;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function write(argument: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy = copyOf(typeof argument === "object" && argument !== null ? argument : {});
  const part = write(copy[key], rest, value);
  // An assignment would run a setter that the object inherits, or fail where it inherits a getter alone.
  Object.defineProperty(copy, key, { value: part, writable: true, enumerable: true, configurable: true });
  return copy;
}

function without(argument: unknown, [key, ...rest]: readonly string[]): unknown {
  if (typeof argument !== "object" || argument === null || key === undefined || !Object.hasOwn(argument, key)) {
    return argument;
  }
  const copy = copyOf(argument);
  if (rest.length === 0) delete copy[key];
  else copy[key] = without(copy[key], rest);
  return copy;
}

function copyOf(holder: object): Record<string, unknown> {
  return Object.assign(Object.create(Object.getPrototypeOf(holder)), holder);
}
