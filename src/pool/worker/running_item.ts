import { type Envelope, openEnvelope } from "../wire/error_envelope.ts";
import type { RunMessage } from "../wire/worker_protocol.ts";
import { ItemContext, throwOutside } from "./item_context.ts";

/** The item whose synchronous part runs, and the contexts that items asked for. */
export class RunningItem {
  /** The message that the item came with; `undefined` where none runs. */
  message: RunMessage | undefined = undefined;
  /** Its position in that message. */
  position = 0;
  /** Its context, once it has asked for that. */
  context: ItemContext | undefined = undefined;
  /** Those of items that run, to be notified of aborts. */
  readonly #contexts = new Map<number, ItemContext>();

  /** The context of the item, if one runs. */
  currentContext(): ItemContext | undefined {
    if (this.message === undefined) return undefined;
    return this.context ??= new ItemContext(this.message, this.position);
  }

  /** The same for who must be the item. */
  requireContext(): ItemContext {
    return this.currentContext() ?? throwOutside();
  }

  /** The synchronous part of the item, which is in `slot`, is over. */
  leave(slot: number): void {
    this.message = undefined;
    if (this.context === undefined) return;
    this.#contexts.set(slot, this.context);
    this.context = undefined;
  }

  /** Asks the item in `slot` to stop. */
  abort(slot: number, reason: Envelope): void {
    this.#contexts.get(slot)?.abort(openEnvelope(reason, new Map()));
  }

  /** The item in `slot` is over; answers with the correlation id that it made, if it did. */
  forget(slot: number): string | undefined {
    if (this.#contexts.size === 0) return undefined;
    const madeId = this.#contexts.get(slot)?.madeId;
    this.#contexts.delete(slot);
    return madeId;
  }
}
