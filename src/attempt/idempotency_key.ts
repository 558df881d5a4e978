import type { AbortScope } from "../call/abort_scope.ts";
import { type Call, stateOf } from "../call/call.ts";

/**
 * What stays the same over all attempts of `call`, wherever they are made, and belongs to no other call: made when it is
 * first asked for, of the run and the place of an item in it.
 *
 * @param call The call.
 * @returns The key.
 */
export function idempotencyKeyOf(call: Call): string {
  const { mapScope, index } = call;
  const known = givenKeyOf(call);
  if (known !== undefined) return known;
  if (mapScope !== undefined && index !== undefined) return `${runKeyOf(mapScope)}/${index}`;
  return stateOf(call).idempotencyKey = crypto.randomUUID();
}

/**
 * Gives `call` its key, as a journal does: items of it have the same in later runs, too.
 *
 * @param call The call.
 * @param key The key.
 */
export function setIdempotencyKey(call: Call, key: string): void {
  stateOf(call).idempotencyKey = key;
}

/**
 * The key that `call` was given, or drew.
 *
 * @param call The call.
 * @returns The key; `undefined` where it is that of the run and the place of an item.
 */
export function givenKeyOf({ state }: Call): string | undefined {
  return state?.idempotencyKey;
}

/**
 * What the keys of a run begin with.
 *
 * @param scope What can cancel the run, which its calls share.
 * @returns The beginning, without the slash before the place of an item.
 */
export function runKeyOf(scope: AbortScope): string {
  return scope.runKey ??= crypto.randomUUID();
}
