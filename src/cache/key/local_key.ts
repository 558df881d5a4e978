import { sha256IfAtOnce } from "../../runtime/sha256.ts";
import { byNumber, serializeArguments } from "./cache_key.ts";
import { jsonKeyOf } from "./json_key.ts";

/** No text that a user's key begins with by chance: what is built begins with it, what is given does not. */
export const BUILT = "\u0000";
const BUILT_CODE = BUILT.charCodeAt(0);

/** What JSON for a key begins with. */
const OBJECT_CODE = "{".charCodeAt(0);
const ARRAY_CODE = "[".charCodeAt(0);

/**
 * A key for `args` within this process, of whatever is cheapest: a lone text or number is its own key.
 *
 * @param args The arguments of the call.
 * @returns The key: equal, as a map compares, for arguments that are equal by value, and for no others.
 * @throws {ConfigurationError} If an argument holds a function or a symbol.
 */
export function localKey(args: readonly unknown[]): unknown {
  return isLoneKey(args) ? args[0] : localText(args);
}

/**
 * {@link localKey} as a text.
 *
 * @param args The arguments of the call.
 * @param json What `jsonKeyOf` answers for them.
 * @returns The text, short whatever the size of the arguments.
 * @throws {ConfigurationError} If an argument holds a function or a symbol.
 */
export function localText(args: readonly unknown[], json: string | undefined = jsonKeyOf(args)): string {
  return hashedIfLong(json ?? BUILT + serializeArguments(args, byNumber));
}

/**
 * Whether `args` are one text or number that is its own key.
 *
 * @param args The arguments of the call.
 * @returns `true` if they are.
 */
export function isLoneKey(args: readonly unknown[]): boolean {
  if (args.length !== 1) return false;
  const arg = args[0];
  return isOwnKey(arg) || (typeof arg === "number" && arg !== 0);
}

/**
 * Whether `value` is a text that is no other arguments' key.
 *
 * @param value Any value.
 * @returns `true` if it is.
 */
export function isOwnKey(value: unknown): value is string {
  if (typeof value !== "string") return false;
  const first = value.charCodeAt(0);
  return first !== BUILT_CODE && first !== OBJECT_CODE && first !== ARRAY_CODE;
}

/** Longer texts are hashed where that can be done at once: who keeps the key would hold all of each argument. */
const MAX_KEPT_UNITS = 4_096;

function hashedIfLong(text: string): string {
  const hash = text.length > MAX_KEPT_UNITS ? sha256IfAtOnce(text) : undefined;
  return hash === undefined ? text : `${BUILT}h${hash}`;
}
