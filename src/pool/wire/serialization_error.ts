import { SerializationError } from "../../errors/serialization_error.ts";
import { Uncrossable } from "./uncrossable.ts";

/**
 * The error for a value that holds `kind`, as in `Cannot send an item to a worker as it holds a function`.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param kind What the value holds.
 * @param cause What the runtime threw.
 * @returns The error, to be thrown.
 */
export function serializationError(task: string, kind: string, cause?: unknown): SerializationError {
  // That it cannot cross is what this error says itself; what a getter threw is news.
  const reason = cause instanceof Uncrossable ? cause.cause : cause;
  return new SerializationError(`Cannot ${task} as it holds ${kind}`, reason === undefined ? {} : { cause: reason });
}
