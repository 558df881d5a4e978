/** Deeper or larger values are gone through by the scan that remembers what it has seen. */
const MAX_LEVELS = 48;
const MAX_VISITS = 10_000;

let visits = 0;

/**
 * Whether `value` is for certain plain data: objects without a class, arrays, maps and sets of such and of primitives.
 * Nearly all values are, and to find that out this way costs a small part of what cloning them does; `false` means only
 * that it takes a closer look.
 *
 * @param value Any object.
 * @returns `false` also where that cannot be known.
 */
export function isSimple(value: object): boolean {
  visits = 0;
  return isSimpleAt(value, 0);
}

function isSimpleAt(value: object, level: number): boolean {
  if (level > MAX_LEVELS || ++visits > MAX_VISITS) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return isSimpleObject(value as Record<string, unknown>, level + 1);
  if (prototype === Array.prototype) return Array.isArray(value) && isSimpleArray(value, level + 1);
  if (prototype === Map.prototype) return isSimpleMap(value as Map<unknown, unknown>, level + 1);
  if (prototype === Set.prototype) return isSimpleSet(value as Set<unknown>, level + 1);
  return prototype === Date.prototype;
}

function isSimpleObject(value: Record<string, unknown>, level: number): boolean {
  let isEmpty = true;
  for (const key in value) {
    isEmpty = false;
    const part = value[key];
    if (typeof part === "object" ? part !== null && !isSimpleAt(part, level) : isRefused(part)) return false;
  }
  // What has no keys may only look plain, as `Math` does.
  return !isEmpty || Object.prototype.toString.call(value) === "[object Object]";
}

function isSimpleArray(value: readonly unknown[], level: number): boolean {
  const { length } = value;
  let holes = 0;
  for (let index = 0; index < length; index++) {
    const part = value[index];
    // A few entries may be spread over more places than should be looked at.
    if (part === undefined && !(index in value) && ++holes > MAX_VISITS) return false;
    if (typeof part === "object" ? part !== null && !isSimpleAt(part, level) : isRefused(part)) return false;
  }
  return true;
}

function isSimpleMap(value: Map<unknown, unknown>, level: number): boolean {
  for (const [key, part] of value) {
    if (!isSimplePart(key, level) || !isSimplePart(part, level)) return false;
  }
  return true;
}

function isSimpleSet(value: Set<unknown>, level: number): boolean {
  for (const part of value) if (!isSimplePart(part, level)) return false;
  return true;
}

function isSimplePart(part: unknown, level: number): boolean {
  return typeof part === "object" ? part === null || isSimpleAt(part, level) : !isRefused(part);
}

function isRefused(part: unknown): boolean {
  return typeof part === "function" || typeof part === "symbol";
}
