import { isPartOfBuffer, type Moved } from "./buffer_packing.ts";
import { isClonedWhole, type ObjectKind, objectKindOf } from "./object_kind.ts";
import { MAX_DEPTH, tooDeep, uncrossablePart } from "./uncrossable.ts";

/** How values cross to the other side. */
export interface CrossingRules {
  /** Whether buffers are better packed than posted. */
  readonly isPacking: boolean;
  /** What is moved. */
  readonly moved: Moved;
}

/** Longer arrays are gone through by index, without whatever else they hold. */
const MAX_KEYED_LENGTH = 64;

/** From so many holes on an array is gone through by its keys, of which it may have few. */
const MAX_HOLES = 1_024;

/**
 * Whether `value` holds what must be taken out before it is posted. It is gone through in the order in which it will
 * be cloned, so that it is known how deep that goes, and without a call for each level.
 *
 * @param value Any object.
 * @param rules What crosses as it is.
 * @returns `true` if something must be taken out.
 * @throws {Uncrossable} If it cannot cross.
 */
export function needsPacking(value: object, rules: CrossingRules): boolean {
  const seen = new Set<object>();
  const waiting: object[] = [value];
  const depths: number[] = [1];
  let isNeeded = false;
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    const depth = depths.pop()!;
    if (seen.has(current)) continue;
    seen.add(current);
    const kind = objectKindOf(current);
    isNeeded ||= isTakenOut(current, kind, rules);
    const first = waiting.length;
    pushParts(current, kind, waiting);
    if (waiting.length === first) continue;
    if (depth >= MAX_DEPTH) throw tooDeep();
    for (let place = first; place < waiting.length; place++) depths.push(depth + 1);
    reverseFrom(waiting, first);
  }
  return isNeeded;
}

/**
 * Whether an object of this `kind` does not cross as it is.
 *
 * @throws {Uncrossable} If it does not cross at all.
 */
function isTakenOut(value: object, kind: ObjectKind, rules: CrossingRules): boolean {
  if (kind === "error") return true;
  if (kind === "bytes") return rules.isPacking || isPartOfBuffer(value, rules.moved);
  if (kind !== "hidden") return false;
  requireCloned(value, rules);
  return isFile(value);
}

/**
 * @param value An object whose state does not show.
 * @param crossingRules The buffers that are moved.
 * @throws {Uncrossable} If `value`, of whose state nothing shows, is not cloned with it.
 */
export function requireCloned(value: object, { moved }: CrossingRules): void {
  // A file is put together again from its bytes.
  const cloned = isFile(value) ? new Blob() : value;
  if (!moved.includes(value) && !isClonedWhole(cloned)) throw uncrossablePart(value);
}

/**
 * Not all runtimes clone the name of a file.
 *
 * @param value Any object.
 * @returns `true` for a `File`.
 */
export function isFile(value: object): value is File {
  return typeof File === "function" && value instanceof File;
}

function pushParts(holder: object, kind: ObjectKind, into: object[]): void {
  if (kind === "array" || kind === "fields") forEachField(holder, kind, (part) => pushPart(part, into));
  else if (kind === "set") { for (const part of holder as Set<unknown>) pushPart(part, into); }
  else if (kind === "map") {
    for (const [key, part] of holder as Map<unknown, unknown>) {
      pushPart(key, into);
      pushPart(part, into);
    }
  }
}

function pushPart(part: unknown, into: object[]): void {
  if (typeof part === "object") part !== null && into.push(part);
  else if (typeof part === "function" || typeof part === "symbol") throw uncrossablePart(part);
}

/**
 * Calls `visit` with each part of an array, or of an object with fields, and its key.
 *
 * @param holder An array, or an object with fields.
 * @param kind Which of them it is.
 * @param visit Called with each part and its key.
 */
export function forEachField(
  holder: object,
  kind: "array" | "fields",
  visit: (part: unknown, key: string | number) => void,
): void {
  const fields = holder as Record<string | number, unknown>;
  if (kind === "array" && (holder as unknown[]).length > MAX_KEYED_LENGTH) {
    const { length } = holder as unknown[];
    let holes = 0;
    for (let index = 0; index < length && holes < MAX_HOLES; index++) {
      const part = fields[index];
      if (part !== undefined || index in fields) visit(part, index);
      else holes++;
    }
    if (holes < MAX_HOLES) return;
  }
  for (const key of Object.keys(fields)) visit(fields[key], key);
}

function reverseFrom(list: object[], first: number): void {
  for (let low = first, high = list.length - 1; low < high; low++, high--) {
    const kept = list[low]!;
    list[low] = list[high]!;
    list[high] = kept;
  }
}
