import { EngineError } from "../../errors/engine_error.ts";
import { isOperoError, type OperoError } from "../../errors/opero_error.ts";
import { printable } from "../../errors/printable.ts";
import { natsRemedy } from "./nats_remedy.ts";

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
 *
 * @example
 * ```ts
 * import { NatsError } from "@opero/core/nats";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new NatsError("connect", "TIMEOUT").message, "NATS could not connect: TIMEOUT");
 * ```
 */
export class NatsError extends Error {
  /**
   * The error for a `task`, as in `could not <task>`, and a reason.
   *
   * @param task What NATS was to do.
   * @param reason Why it could not.
   */
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
  if (!(error instanceof Error)) return new NatsError(task, "an unknown error");
  const reason = `${error.name}: ${error.message}`;
  const remedy = natsRemedy(error);
  return new NatsError(task, remedy === undefined ? reason : `${reason}; ${remedy}`);
}

/**
 * The error for what would have to go over a connection that has ended, and does not connect again.
 *
 * @param task What NATS was to do, as in `could not <task>`.
 * @returns The error to throw.
 */
export function endedError(task: string): EngineError {
  const remedy = "make a 'connection' that is passed in with maxReconnectAttempts: -1, so that it never gives up";
  return new EngineError(`Cannot ${task} as the connection to NATS has ended; ${remedy}`);
}

/**
 * Whether `error` says that the user who signed in may not do something.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if it does.
 */
export function isDenial(error: unknown): error is Error {
  return error instanceof Error && error.name === "PermissionViolationError";
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
