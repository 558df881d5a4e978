import { setIdempotencyKey } from "../../attempt/idempotency_key.ts";
import { Call, stateOf } from "../../call/call.ts";
import type { WireItem } from "../wire/items_frame.ts";

/**
 * The call of an attempt on its worker, which is about to make it.
 *
 * @param item What is known of the attempt.
 * @param args The arguments of the function.
 * @returns The call.
 */
export function workerCall(item: WireItem, args: readonly unknown[]): Call {
  const call = new Call(undefined, args, item.index < 0 ? undefined : item.index);
  const state = stateOf(call);
  call.attemptNumber = item.attempt;
  state.attemptCount = item.attempt - 1;
  state.retry = item.retry;
  state.fallbackIndex = item.fallbackIndex ?? undefined;
  state.correlationId = item.correlationId ?? undefined;
  if (item.limitMs !== null) state.limits = { timeoutMs: item.limitMs, deadlineMs: undefined };
  setIdempotencyKey(call, item.key);
  return call;
}
