import { isOperoError, type OperoError } from "../../errors/opero_error.ts";
import { printable } from "../../errors/printable.ts";

/** JetStream's number for a stream that is not there. */
const NO_STREAM = 10_059;
/** JetStream's number for a consumer that is not there. */
const NO_CONSUMER = 10_014;
/** JetStream's number for a stream that is there with another configuration. */
const OTHER_STREAM = 10_058;

/**
 * NATS could not do what it was asked for. Runs and workers try again, so it is seen by those alone who use an engine
 * themselves. The client puts no payload and no credential into its messages, but a `cause` would be printed with all that
 * it holds: so there is none.
 */
export class NatsError extends Error {
  /** The error for a `task`, as in `could not <task>`, and a reason. */
  constructor(task: string, reason: string) {
    super(printable(`NATS could not ${task}: ${reason}`));
    this.name = "NatsError";
  }
}

/**
 * The error of the client as an engine may show it; an error of the library's own as it is.
 *
 * @param task What NATS was to do, as in `could not <task>`.
 * @param error What was thrown, of any type.
 * @returns The error to throw.
 */
export function toNatsError(task: string, error: unknown): NatsError | OperoError {
  if (isOperoError(error) || error instanceof NatsError) return error;
  return new NatsError(task, error instanceof Error ? `${error.name}: ${error.message}` : "an unknown error");
}

/**
 * Whether `error` says that a stream or a consumer is not there.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if it has to be made first.
 */
export function isMissing(error: unknown): boolean {
  return [NO_STREAM, NO_CONSUMER].includes(numberOf(error));
}

/**
 * Whether `error` says that a stream of that name is there, which was made otherwise.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if the stream is there.
 */
export function isThereOtherwise(error: unknown): boolean {
  return numberOf(error) === OTHER_STREAM;
}

/**
 * Whether `error` says that no answer came in time.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if it is not known what was done.
 */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function numberOf(error: unknown): number {
  return error instanceof Error && "code" in error ? Number(error.code) : NaN;
}
