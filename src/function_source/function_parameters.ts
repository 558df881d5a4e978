import { readCallable, sourceOf } from "./callable_source.ts";
import { readLiteralArray } from "./literal_values.ts";
import type { Binding, BindingProperty } from "./read_pattern.ts";
import { TokenCursor } from "./token_cursor.ts";

/** Where an argument of a function stands, as its source says. */
export interface ParameterPlace {
  /** The place among the parameters, from 0. */
  readonly index: number;
  /** The keys that lead to it within the argument, where that is an object of options; empty for the argument itself. */
  readonly path: readonly string[];
  /** Whether it has a default. */
  readonly hasDefault: boolean;
  /** The elements of its default, where that is an array of literals. */
  readonly defaultValues?: readonly unknown[] | undefined;
}

/**
 * Where the parameter `name` of `fn` stands: one of its own, a key of an object that it takes apart, or
 * `options.key` of one that it takes whole. `undefined` if there is none, or the source cannot be read.
 *
 * @param fn The user's function.
 * @param name The name of the parameter, or `options.key`.
 * @returns The place, or `undefined`.
 */
export function findParameter(fn: (...args: never[]) => unknown, name: string): ParameterPlace | undefined {
  const parameters = parametersOf(fn);
  if (parameters === undefined) return undefined;
  const places = [...namedPlaces(parameters)];
  return places.find((place) => place.name === name)?.place ?? findWithin(parameters, places, name);
}

/**
 * The parameter of `fn` at `index`, with its default where the source shows one; `undefined` where the source shows that there is none.
 *
 * @param fn The user's function.
 * @param index The position of the parameter, from 0.
 * @returns The place, or `undefined`.
 */
export function parameterAt(fn: (...args: never[]) => unknown, index: number): ParameterPlace | undefined {
  const parameters = parametersOf(fn);
  const parameter = parameters?.[index];
  const takesMore = parameters?.at(-1)?.isRest || /\barguments\b/.test(String(fn));
  if (parameters !== undefined && parameter === undefined && !takesMore) return undefined;
  // The default of an object that is taken apart is no list of alternatives.
  const defaultSource = parameter?.target.kind === "object" ? undefined : parameter?.defaultSource;
  return { index, path: [], ...describeDefault(defaultSource) };
}

/**
 * The names by which {@link findParameter} finds the parameters of `fn`; `undefined` if its source cannot be read.
 *
 * @param fn The user's function.
 * @returns The names, or `undefined`.
 */
export function parameterNames(fn: (...args: never[]) => unknown): readonly string[] | undefined {
  const parameters = parametersOf(fn);
  return parameters && [...namedPlaces(parameters)].map(({ name }) => name);
}

interface NamedPlace {
  readonly name: string;
  readonly place: ParameterPlace;
}

function parametersOf(fn: (...args: never[]) => unknown): readonly Binding[] | undefined {
  const source = sourceOf(fn);
  return source === undefined ? undefined : readCallable(source)?.parameters;
}

function* namedPlaces(parameters: readonly Binding[]): Generator<NamedPlace> {
  for (const [index, { target, isRest, defaultSource }] of parameters.entries()) {
    if (isRest || target.kind === "array") continue;
    if (target.kind === "name") {
      yield { name: target.name, place: { index, path: [], ...describeDefault(defaultSource) } };
    } else yield* propertyPlaces(target.properties, index, [], isReadableObject(defaultSource));
  }
}

/** A property is found by the path of its keys, which is what the caller writes, not by the name it is bound to. */
function* propertyPlaces(
  properties: readonly BindingProperty[],
  index: number,
  outerPath: readonly string[],
  isReadable: boolean,
): Generator<NamedPlace> {
  for (const { key, target, isRest, defaultSource } of properties) {
    if (isRest || key === undefined) continue;
    const path = [...outerPath, key];
    const described = isReadable ? describeDefault(defaultSource) : { hasDefault: true };
    yield { name: path.join("."), place: { index, path, ...described } };
    if (target.kind === "object") {
      yield* propertyPlaces(target.properties, index, path, isReadable && isReadableObject(defaultSource));
    }
  }
}

function describeDefault(source: string | undefined): Pick<ParameterPlace, "hasDefault" | "defaultValues"> {
  if (source === undefined || isNothing(source)) return { hasDefault: false };
  return { hasDefault: true, defaultValues: readLiteralArray(source) };
}

/** Whether it is clear what an object holds where the caller leaves it out: there is no default, or an empty one. */
function isReadableObject(defaultSource: string | undefined): boolean {
  if (defaultSource === undefined) return true;
  const tokens = new TokenCursor(defaultSource);
  return tokens.take("{") && tokens.take("}") && tokens.token.kind === "end";
}

function isNothing(source: string): boolean {
  const tokens = new TokenCursor(source);
  return (tokens.take("undefined") || tokens.take("null")) && tokens.token.kind === "end";
}

/** A key within a parameter that the function takes whole; what is in there its source need not say. */
function findWithin(
  bindings: readonly Binding[],
  places: readonly NamedPlace[],
  name: string,
): ParameterPlace | undefined {
  const [first, ...path] = name.split(".");
  if (path.length === 0 || path.includes("")) return undefined;
  const whole = places.find((named) => named.name === first && named.place.path.length === 0);
  if (whole === undefined) return undefined;
  const { target, defaultSource } = bindings[whole.place.index]!;
  return { index: whole.place.index, path, hasDefault: target.kind === "name" && !isReadableObject(defaultSource) };
}
