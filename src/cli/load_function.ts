import { readField, readText } from "../errors/read_field.ts";
import { nearestName } from "../options/nearest_name.ts";
import { printable, quoted } from "../errors/printable.ts";
import { importModule, moduleUrl } from "../runtime/user_module.ts";
import { UsageError } from "./usage_error.ts";

/** What a module exports to say what an item costs. */
export const COST_EXPORT = "cost";

/** A function of one item. */
// deno-lint-ignore no-explicit-any -- the item is the user's
export type ItemFunction = (item: any) => unknown;

/** A module with a function to map. */
export interface LoadedFunction {
  /** The URL of the module. */
  readonly url: string;
  /** The function. */
  readonly fn: ItemFunction;
  /** Its name. */
  readonly name: string;
  /** Another function that the module exports, for the flag of this name. */
  readonly find: (name: string, flag: string) => ItemFunction;
  /** What the module says that an item costs, by the names of costs; `undefined` where it does not. */
  readonly cost: ItemFunction | undefined;
}

/**
 * Loads the function that `module#export` names: without an export the default one, or the only function.
 *
 * @param given What the user named.
 * @param directory Where paths begin.
 * @returns The function and its module.
 * @throws {UsageError} If there is no such module, export or function.
 */
export async function loadFunction(given: string, directory: string): Promise<LoadedFunction> {
  const { path, name, url, exported } = await loadModule(given, directory);
  const chosen = name ?? onlyFunction(path, exported);
  const find = (wanted: string, flag: string) => requireFunction(exported, wanted, flag);
  const fn = find(chosen, path);
  if (readField(fn, "stream") !== undefined && readField(fn, "withMeta") !== undefined) {
    throw new UsageError(`${path}: ${quoted(chosen)} is a map itself: export the function of one item that it maps`);
  }
  const cost = typeof exported[COST_EXPORT] === "function" ? exported[COST_EXPORT] as ItemFunction : undefined;
  return { url, fn, name: chosen === "default" ? nameOf(fn, path) : chosen, find, cost };
}

/** A module of the user's. */
export interface LoadedModule {
  /** The module as the user named it. */
  readonly path: string;
  /** The export that the user named, if there is one. */
  readonly name: string | undefined;
  /** The URL of the module. */
  readonly url: string;
  /** What it exports. */
  readonly exported: Readonly<Record<string, unknown>>;
}

/**
 * Loads the module that `module#export` names.
 *
 * @param given What the user named.
 * @param directory Where paths begin.
 * @returns The module.
 * @throws {UsageError} If it cannot be loaded.
 */
export async function loadModule(given: string, directory: string): Promise<LoadedModule> {
  const [, path = "", name] = /^(.*?)(?:#([^#/]+))?$/s.exec(given)!;
  const url = moduleUrl(path, directory);
  return { path, name, url, exported: await load(path, url) };
}

/** A default export without a name of its own is known by that of its file. */
function nameOf({ name }: ItemFunction, path: string): string {
  if (name !== "" && name !== "default") return name;
  return path.split(/[/\\]/).at(-1)!.replace(/\.\w+$/, "");
}

async function load(path: string, url: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await importModule(url);
  } catch (error) {
    const text = printable(readText(error, "message") ?? String(error));
    if (readField(error, "code") === "ERR_UNKNOWN_FILE_EXTENSION") {
      throw new UsageError(`${path}: this Node cannot load TypeScript: take Node 22.18 or later, Deno or Bun`);
    }
    throw new UsageError(`${path}: the module cannot be loaded: ${text}`, { cause: error });
  }
}

function onlyFunction(path: string, exported: Readonly<Record<string, unknown>>): string {
  if (typeof exported.default === "function") return "default";
  const names = functionsOf(exported).filter((name) => name !== COST_EXPORT);
  if (names.length === 1) return names[0]!;
  if (names.length === 0) throw new UsageError(`${path}: the module exports no function`);
  throw new UsageError(`${path}: the module exports several functions; choose one: ${list(path, names)}`);
}

function requireFunction(
  exported: Readonly<Record<string, unknown>>,
  name: string,
  flag: string,
): ItemFunction {
  const found = Object.hasOwn(exported, name) ? exported[name] : undefined;
  if (typeof found === "function") return found as ItemFunction;
  const names = functionsOf(exported);
  const hint = nearestName(name, names, "") || (names.length === 0 ? "" : `; it exports ${names.join(", ")}`);
  throw new UsageError(`${flag}: the module exports no function ${quoted(name)}${hint}`);
}

function functionsOf(exported: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(exported).filter((name) => typeof exported[name] === "function");
}

function list(path: string, names: readonly string[]): string {
  return names.map((name) => `${path}#${name}`).join(", ");
}
