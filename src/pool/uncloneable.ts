import { isCloneable } from "./error_envelope.ts";

/** What kind of thing in `value` structured clone refuses, as a message names it: never the value itself. */
export function findUncloneable(value: unknown): string {
  return search(value, new Set()) ?? "a value that cannot be cloned";
}

function search(value: unknown, seen: Set<unknown>): string | undefined {
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  for (const part of partsOf(value)) {
    const found = search(part, seen);
    if (found !== undefined) return found;
  }
  return isCloneable(value) ? undefined : kindOf(value);
}

function partsOf(value: object): unknown[] {
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return [...value];
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return [];
  try {
    return Object.values(value);
  } catch {
    return [];
  }
}

function kindOf(value: object): string {
  const name = value.constructor?.name;
  if (typeof name !== "string" || name === "" || name === "Object") return "an object that cannot be cloned";
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}
