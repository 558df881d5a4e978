import { findParameter, parameterAt, parameterNames, type ParameterPlace } from "./function_parameters.ts";
import { wrongOption } from "../options/validate.ts";

/** The parameter of a function that has alternatives. Neither the caller's arrays nor objects are changed. */
class FallbackParameter {
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
    const { index, path } = this.#place;
    // A function of that one parameter is by far the commonest.
    if (args.length <= 1 && index === 0 && path.length === 0) return [values];
    const changed = args.slice();
    while (changed.length < index) changed.push(undefined);
    changed[index] = write(changed[index], this.#path, values);
    return changed;
  }

  /** `args` for a cache key: which value succeeded makes no other result. */
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

/** The lists that a call brings, by parameter; `undefined` for one that is to be passed on as it is. */
export type FallbackLists = readonly (readonly unknown[] | undefined)[];

/**
 * How many steps the longest of `lists` has.
 *
 * @param lists The lists that a call brings.
 * @returns The number of steps.
 */
export function stepsOf(lists: FallbackLists): number {
  if (lists.length === 1) return lists[0]?.length ?? 0;
  let steps = 0;
  for (const list of lists) if (list !== undefined) steps = Math.max(steps, list.length);
  return steps;
}

/** The parameters that move in step: most often one. */
export class FallbackParameters {
  readonly #parameters: readonly FallbackParameter[];
  /** Most often there is but one, whose way is kept short. */
  readonly #only: FallbackParameter | undefined;

  /** The `parameters` that move in step. */
  constructor(parameters: readonly FallbackParameter[]) {
    this.#parameters = parameters;
    this.#only = parameters.length === 1 ? parameters[0] : undefined;
  }

  /** A copy of the lists that a call brings, or `undefined` where it brings none. */
  listsOf(args: readonly unknown[]): FallbackLists | undefined {
    if (this.#only !== undefined) {
      const list = this.#only.valuesOf(args);
      return list === undefined ? undefined : [list.slice()];
    }
    const lists: (readonly unknown[] | undefined)[] = [];
    let hasList = false;
    for (const parameter of this.#parameters) {
      const list = parameter.valuesOf(args)?.slice();
      hasList ||= list !== undefined;
      lists.push(list);
    }
    return hasList ? lists : undefined;
  }

  /** `args` for step `i`: each parameter has its list from there onwards; a shorter list stays at its last value. */
  argsAt(args: readonly unknown[], lists: FallbackLists, i: number): readonly unknown[] {
    if (this.#only !== undefined) return this.#only.argsWith(args, lists[0]!.slice(i));
    let changed = args;
    for (let place = 0; place < lists.length; place++) {
      const list = lists[place];
      if (list === undefined) continue;
      changed = this.#parameters[place]!.argsWith(changed, list.slice(Math.min(i, list.length - 1)));
    }
    return changed;
  }

  /** The values, one for each parameter, that `args` of an attempt try; `undefined` for one that brings no list. */
  valuesTried(args: readonly unknown[]): readonly unknown[] {
    return this.#parameters.map((parameter) => parameter.valuesOf(args)?.[0]);
  }

  /** `args` for a cache key. */
  argsWithout(args: readonly unknown[]): readonly unknown[] {
    return this.#parameters.reduce((left, parameter) => parameter.argsWithout(left), args);
  }
}

/** The options that say which parameters have alternatives. */
export interface FallbackNames {
  readonly argFallback?: string | number | readonly (string | number)[] | undefined;
  readonly fallbackValues?: readonly unknown[] | Readonly<Record<string, readonly unknown[]>> | undefined;
}

/**
 * The parameters that `argFallback` names, or `undefined` without one.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param fn The user's function.
 * @param options The options that name the parameters.
 * @returns The parameters, or `undefined`.
 * @throws {ConfigurationError} If there is no such parameter, or its default cannot be read.
 */
export function resolveFallbackParameters(
  task: string,
  fn: (...args: never[]) => unknown,
  options: FallbackNames,
): FallbackParameters | undefined {
  const { argFallback, fallbackValues } = options;
  if (argFallback === undefined) return undefined;
  const names = Array.isArray(argFallback) ? argFallback as readonly (string | number)[] : undefined;
  const valuesOf = names === undefined
    ? () => requireList(task, fallbackValues)
    : (i: number) => valuesOfName(task, names, i, fallbackValues);
  const parameters = (names ?? [argFallback as string | number]).map((name, i) => resolve(task, fn, name, valuesOf(i)));
  return new FallbackParameters(parameters);
}

function resolve(
  task: string,
  fn: (...args: never[]) => unknown,
  name: string | number,
  values: readonly unknown[] | undefined,
): FallbackParameter {
  const place = findPlace(task, fn, name);
  if (place.hasDefault && place.defaultValues === undefined && values === undefined) {
    // What is no list when it runs would be no fallback at all, silently.
    const desired = `given where the default of ${JSON.stringify(name)} is no list of literals`;
    throw wrongOption(task, "fallbackValues", { desired }, undefined);
  }
  return new FallbackParameter(place, values);
}

function requireList(task: string, values: unknown): readonly unknown[] | undefined {
  if (values === undefined || (Array.isArray(values) && values.length > 0)) return values;
  throw wrongOption(task, "fallbackValues", { desired: "a non-empty array", isPrivate: true }, values);
}

/** The list of the `i`-th of `names`, by its name or its place. */
function valuesOfName(
  task: string,
  names: readonly (string | number)[],
  i: number,
  all: FallbackNames["fallbackValues"],
): readonly unknown[] | undefined {
  if (all === undefined) return undefined;
  const isByPlace = Array.isArray(all);
  const list = isByPlace ? all[i] : Object.hasOwn(all, names[i]!) ? Reflect.get(all, names[i]!) : undefined;
  const isKnown = isByPlace
    ? all.length === names.length
    : Object.keys(all).every((key) => names.map(String).includes(key));
  if (isKnown && ((list === undefined && !isByPlace) || (Array.isArray(list) && list.length > 0))) return list;
  throw wrongOption(
    task,
    "fallbackValues",
    { desired: "a non-empty array for each name of 'argFallback'", isPrivate: true },
    all,
  );
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
    value = Reflect.get(value, key);
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
