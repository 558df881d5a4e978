import { objectKindOf } from "./object_kind.ts";
import { isProxy } from "../../runtime/proxies.ts";
import { Uncrossable, uncrossablePart, unreadable } from "./uncrossable.ts";
import { forEachField } from "./value_scan.ts";

/** To clone a part is to clone all it holds: of more parts than this it is not asked which one is to blame. */
const MAX_TRIED = 256;

/**
 * What kind of thing in `values` structured clone refuses, as a message names it: never the value itself.
 *
 * @param values The values that were posted.
 * @param error What the clone threw.
 * @returns The kind.
 */
export function findUncloneable(values: readonly unknown[], error: unknown): string {
  if (error instanceof Uncrossable) return error.kind;
  try {
    const parts = partsOf(values);
    const proxy = parts.find(isProxy);
    if (proxy !== undefined) return "a Proxy";
    // Those found last hold the fewest others.
    const culprit = parts.length > MAX_TRIED ? undefined : parts.reverse().find((part) => !isCloneable(part));
    return culprit === undefined ? "a value that cannot be cloned" : uncrossablePart(culprit).kind;
  } catch (thrown) {
    return unreadable(thrown).kind;
  }
}

function partsOf(values: readonly unknown[]): object[] {
  const found = new Set<object>();
  const add = (part: unknown) => {
    if (typeof part === "object" && part !== null) found.add(part);
  };
  values.forEach(add);
  for (const part of found) {
    const kind = objectKindOf(part);
    if (kind === "array" || kind === "fields") forEachField(part, kind, add);
    else if (kind === "map") (part as Map<unknown, unknown>).forEach((value, key) => (add(key), add(value)));
    else if (kind === "set") (part as Set<unknown>).forEach(add);
  }
  return [...found];
}

function isCloneable(value: object): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
