const PLAIN = /^[!-[\]-~]*$/;
const AWKWARD_UNIT = /[^!-[\]-~]/g;

/**
 * `key` in printable ASCII without spaces, for stores that cut text at NUL, mix up lone surrogates or fold Unicode. No two keys share one,
 * and it keeps prefixes: a key begins with another exactly where its plain form begins with that one's.
 * The engine's keys are plain as they are.
 *
 * @param key Any text.
 * @returns The key in printable ASCII.
 *
 * @example
 * ```ts
 * import { plainKey } from "@opero/core/backend";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([plainKey("a:b"), plainKey("a é")], ["a:b", "a\\0020\\00e9"]);
 * ```
 */
export function plainKey(key: string): string {
  // Without the `u` flag the expression sees code units, lone surrogates among them.
  return PLAIN.test(key) ? key : key.replace(AWKWARD_UNIT, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
