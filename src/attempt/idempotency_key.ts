import type { AbortScope } from "../call/abort_scope.ts";
import { type Call, stateOf } from "../call/call.ts";

/** Those that were asked for, or given, by the state of their call, which its forks share. */
const keys = new WeakMap<object, string>();

/** What the keys of a run of a map begin with, by the scope that its calls share. */
const runs = new WeakMap<AbortScope, string>();

/**
 * What stays the same over all attempts of `call`, wherever they are made, and belongs to no other call: made when it is
 * first asked for, of the run and the place of an item in it.
 *
 * @param call The call.
 * @returns The key.
 */
export function idempotencyKeyOf(call: Call): string {
  const { mapScope, index } = call;
  if (call.state !== undefined) {
    const known = keys.get(call.state);
    if (known !== undefined) return known;
  }
  if (mapScope !== undefined && index !== undefined) return `${runKeyOf(mapScope)}/${index}`;
  const key = crypto.randomUUID();
  keys.set(stateOf(call), key);
  return key;
}

/**
 * Gives `call` its key, as a journal does: items of it have the same in later runs, too.
 *
 * @param call The call.
 * @param key The key.
 */
export function setIdempotencyKey(call: Call, key: string): void {
  keys.set(stateOf(call), key);
}

function runKeyOf(scope: AbortScope): string {
  const known = runs.get(scope) ?? crypto.randomUUID();
  runs.set(scope, known);
  return known;
}
