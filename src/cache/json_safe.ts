/** Deeper values take the way that knows no depth, before the stack runs out. */
const MAX_DEPTH = 200;

/**
 * Whether `JSON` keeps `value` exactly: it holds nothing but text, finite numbers other than `-0`, booleans,
 * `null`, plain arrays without holes and plain objects, each of them in one place only.
 */
export function isJsonSafe(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isSafePrimitive(value);
  return isSafeObject(value, new Set(), 0);
}

function isSafePrimitive(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && (value !== 0 || !Object.is(value, -0));
    default:
      return value === null;
  }
}

function isSafeObject(value: object, seen: Set<object>, depth: number): boolean {
  if (depth > MAX_DEPTH || seen.has(value)) return false;
  seen.add(value);
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return isSafePlainObject(value as Record<string, unknown>, seen, depth);
  return prototype === Array.prototype && isSafeArray(value as unknown[], seen, depth);
}

function isSafePlainObject(value: Record<string, unknown>, seen: Set<object>, depth: number): boolean {
  const keys = Object.keys(value);
  // Keys that are hidden or symbols would be lost.
  if (Reflect.ownKeys(value).length !== keys.length) return false;
  for (const key of keys) {
    if (!isSafeItem(value[key], seen, depth)) return false;
  }
  return true;
}

function isSafeArray(value: unknown[], seen: Set<object>, depth: number): boolean {
  if (!Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) {
    if (!isSafeItem(value[i], seen, depth)) return false;
  }
  // A hole has been found as `undefined`; what else there is has a name.
  return Reflect.ownKeys(value).length === value.length + 1;
}

function isSafeItem(item: unknown, seen: Set<object>, depth: number): boolean {
  return typeof item === "object" && item !== null ? isSafeObject(item, seen, depth + 1) : isSafePrimitive(item);
}
