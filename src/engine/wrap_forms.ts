import { requireObject, wrongOption } from "../options/validate.ts";
import { quoted } from "../errors/printable.ts";
import type { AnyFunction } from "./wrapped.ts";

/** What wraps a function once it and its options are known. */
export type WrapFunction = (fn: AnyFunction, options: unknown, isMethod: boolean) => unknown;

/** A place in a class at which a decorator stands. */
interface Site {
  readonly kind: string;
  readonly name: string;
  /** The method that stands there, where it is one. */
  readonly method: unknown;
  /** What the decorator answers, given what takes the method's place. */
  readonly answer: (wrapped: unknown) => unknown;
}

/**
 * A function that takes all forms of `word(fn, options)`, `word(options)(fn)` and of a decorator, standard or of
 * TypeScript's `experimentalDecorators`, with options or without.
 *
 * @param word The name of the function in messages, `opero` or `opmap`.
 * @param wrap Wraps one function with its options.
 * @returns The function for all forms.
 */
export function wrapForms(word: string, wrap: WrapFunction): (...args: unknown[]) => unknown {
  return (...args) => {
    const site = findSite(args);
    if (site !== undefined) return decorate(word, site, (fn) => wrap(fn, {}, true));
    const [first, second = {}] = args;
    if (typeof first === "function") {
      refuseMore(word, args, 2);
      return wrap(first as AnyFunction, second, false);
    }
    refuseOtherForms(word, args);
    return (...inner: unknown[]) => {
      const innerSite = findSite(inner);
      if (innerSite !== undefined) return decorate(word, innerSite, (fn) => wrap(fn, first ?? {}, true));
      // `functions.map(opero(options))` hands over the place and the list as well.
      if (typeof inner[1] !== "number") refuseMore(word, inner, 1);
      return wrap(inner[0] as AnyFunction, first ?? {}, false);
    };
  };
}

function decorate(word: string, { kind, name, method, answer }: Site, wrap: (fn: AnyFunction) => unknown): unknown {
  if (kind === "method" && typeof method === "function") return answer(wrap(method as AnyFunction));
  throw wrongOption(`decorate ${quoted(name)}`, `@${word}`, { desired: "used on a method" }, kind);
}

/** Where a decorator stands that was called with `args`; `undefined` where it is no decorator's call. */
function findSite(args: readonly unknown[]): Site | undefined {
  const [first, second] = args;
  if (!isDecoratorContext(second)) return findLegacySite(args);
  const answer = (wrapped: unknown) => wrapped;
  return { kind: second.kind, name: String(second.name), method: first, answer };
}

interface DecoratorContext {
  readonly kind: string;
  readonly name: string | symbol;
}

function isDecoratorContext(value: unknown): value is DecoratorContext {
  return typeof value === "object" && value !== null && "kind" in value && "addInitializer" in value;
}

/** Legacy decorators get the prototype or the class, the name, and a descriptor or the place of a parameter. */
function findLegacySite([target, key, third]: readonly unknown[]): Site | undefined {
  const isTarget = (typeof target === "object" && target !== null) || isClass(target);
  const isKey = typeof key === "string" || typeof key === "symbol" || (key === undefined && typeof third === "number");
  if (!isTarget || !isKey) return undefined;
  const descriptor = typeof third === "object" && third !== null ? third as PropertyDescriptor : undefined;
  return {
    kind: legacyKind(third, descriptor),
    name: key === undefined ? "constructor" : String(key),
    method: descriptor?.value,
    answer: (value) => ({ ...descriptor, value }),
  };
}

function legacyKind(third: unknown, descriptor: PropertyDescriptor | undefined): string {
  if (typeof third === "number") return "parameter";
  if (typeof descriptor?.value === "function") return "method";
  return descriptor?.get !== undefined || descriptor?.set !== undefined ? "accessor" : "field";
}

/**
 * Whether `value` is a class, which cannot be called without `new`.
 *
 * @param value Any value.
 * @returns `true` if it is a class.
 */
export function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** `first` is no function: it is the options, or something that would be dropped silently. */
function refuseOtherForms(word: string, args: readonly unknown[]): void {
  const [first] = args;
  const desired = `a function, as in ${word}(fn, options), or options, as in ${word}(options)(fn)`;
  if (first === null || (first !== undefined && typeof first !== "object")) {
    throw wrongOption("wrap", "fn", { desired }, first);
  }
  if (Array.isArray(first) || (first !== undefined && isResult(first))) {
    const usage = word === "opmap" ? `${desired}; the items come later, as in opmap(fn, options)(items)` : desired;
    throw wrongOption("wrap", "fn", { desired: usage }, first);
  }
  if (args.slice(1).some((arg) => arg !== undefined)) throw wrongOption("wrap", "fn", { desired }, first);
  if (first !== undefined) requireObject("wrap", "options", first);
}

/** Whether it is what a function answered: items, or the promise of one that was called in place of being wrapped. */
function isResult(value: object): boolean {
  return Symbol.iterator in value || Symbol.asyncIterator in value || "then" in value;
}

function refuseMore(word: string, args: readonly unknown[], known: number): void {
  const extra = args.slice(known).find((arg) => arg !== undefined);
  if (extra === undefined) return;
  const desired = `left out, as all options stand in one object: ${word}(fn, options) or ${word}(options)(fn)`;
  throw wrongOption("wrap", `the ${known === 2 ? "third" : "second"} argument`, { desired }, extra);
}
