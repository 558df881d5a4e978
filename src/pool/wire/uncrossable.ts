import { classNameOf } from "./object_kind.ts";

/** Deeper than this no value crosses: to clone one takes the stack of a thread, whose end some runtimes do not survive. */
export const MAX_DEPTH = 1_000;

/** Says that a value holds what cannot cross; `kind` names that as a message does, and never the value itself. */
export class Uncrossable extends Error {
  readonly kind: string;

  /** `kind` stands after "as it holds". */
  constructor(kind: string, options?: ErrorOptions) {
    super(`Cannot cross as it holds ${kind}`, options);
    this.kind = kind;
  }
}

/**
 * What a value that is nested too deeply holds.
 *
 * @returns The error, to be thrown.
 */
export function tooDeep(): Uncrossable {
  return new Uncrossable(`data nested more than ${MAX_DEPTH} levels deep`);
}

/**
 * What a value holds that holds `part`, which does not cross.
 *
 * @param part What cannot cross.
 * @returns The error, to be thrown.
 */
export function uncrossablePart(part: unknown): Uncrossable {
  if (typeof part !== "object" || part === null) return new Uncrossable(`a ${typeof part}`);
  const name = classNameOf(part);
  if (name === "" || name === "Object") return new Uncrossable("an object that cannot be cloned");
  return new Uncrossable(`${/^([AEIO]|U(?!RL))/.test(name) ? "an" : "a"} ${name}`);
}

/**
 * `error`, which came up while a value was read, as what that value holds.
 *
 * @param error What was thrown, of any type.
 * @returns The error, to be thrown.
 */
export function unreadable(error: unknown): Uncrossable {
  return error instanceof Uncrossable ? error : new Uncrossable("what cannot be read", { cause: error });
}
