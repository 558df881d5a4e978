import { stateOf } from "../call/call.ts";
import { type Envelope, openEnvelope } from "./wire/error_envelope.ts";
import type { ErrorClass } from "./wire/error_class.ts";
import { serializationError } from "./wire/serialization_error.ts";
import type { SlotBoard } from "./slot_board.ts";
import { unpackValues } from "./wire/value_unpacking.ts";
import type { ResultsMessage } from "./wire/worker_protocol.ts";

/**
 * Settles the jobs that `message` reports; `known` are the classes that errors become again.
 *
 * @param message The outcomes of some items, as the worker sent them.
 * @param board The slots of the worker.
 * @param known The classes that errors become again.
 */
export function settleResults(
  message: ResultsMessage,
  board: SlotBoard,
  known: ReadonlyMap<string, ErrorClass>,
): void {
  const { slots, values, failed, unsent, skipped } = message;
  if (message.packing !== undefined) unpackValues(message.packing, known);
  for (const [slot, id] of message.ids ?? []) takeId(board, slot, id);
  for (let place = 0, from = 0; place < slots.length; place += 2) {
    const count = slots[place + 1]!;
    board.succeed(slots[place]!, count === values.length ? values : values.slice(from, from + count));
    from += count;
  }
  failed.forEach((slot, place) => {
    const job = board.release(slot);
    job?.fail(openEnvelope(message.errors[place] as Envelope, known));
  });
  unsent.forEach((slot, place) => {
    board.release(slot)?.fail(serializationError("return a result from a worker", message.unsentKinds[place]!));
  });
  for (const slot of skipped) board.release(slot);
}

function takeId(board: SlotBoard, slot: number, correlationId: string): void {
  const call = board.jobAt(slot)?.call;
  if (call !== undefined) stateOf(call).correlationId ??= correlationId;
}
