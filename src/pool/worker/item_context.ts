import type { CallContext } from "../../attempt/call_context.ts";
import { generateCorrelationId } from "../../runtime/correlation_id.ts";
import { FIRST_ATTEMPT, numberAt, type RunMessage } from "../wire/worker_protocol.ts";

/** One attempt, as its function sees it; made only when asked for. */
export class ItemContext implements CallContext {
  readonly attempt: number;
  readonly retry: number;
  readonly fallbackIndex: number | undefined;
  readonly index: number | undefined;
  /** The id that was made here because the call had none. */
  madeId: string | undefined = undefined;
  readonly #sentId: string | undefined;
  #key: string | undefined;
  #controller: AbortController | undefined = undefined;

  /** The context of the item at `position` of `message`. */
  constructor(message: RunMessage, position: number) {
    const mark = message.marks?.[position] ?? FIRST_ATTEMPT;
    const index = numberAt(message.indexes, position);
    this.attempt = mark.attempt;
    this.retry = mark.retry;
    this.fallbackIndex = mark.fallbackIndex;
    this.index = index < 0 ? undefined : index;
    this.#sentId = mark.correlationId;
    this.#key = message.keys?.[position] ??
      (message.run === undefined || index < 0 ? undefined : `${message.run}/${index}`);
  }

  /** The call's id; one that is made here is sent to the caller, whose log lines then have it too. */
  get correlationId(): string {
    return this.#sentId ?? (this.madeId ??= generateCorrelationId());
  }

  /** The same for all attempts of the item. */
  get idempotencyKey(): string {
    return this.#key ??= crypto.randomUUID();
  }

  /** Made when first asked for: a controller costs more than most items. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Tokens are taken and counted where the call is. */
  settle(): never {
    throw new Error("Cannot settle the cost of a call in a worker: the rate limit is kept by its caller");
  }

  /** Asks the function to stop. */
  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }
}

/**
 * Where no item is in its synchronous part, it is unknown whose context is asked for.
 *
 * @throws {Error} Always.
 */
export function throwOutside(): never {
  throw new Error(
    "Cannot read the current call as 'currentCall()' must be called in a worker before the first await of the " +
      "function: received a call from elsewhere",
  );
}
