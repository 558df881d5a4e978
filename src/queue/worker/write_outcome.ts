import { SerializationError } from "../../errors/serialization_error.ts";
import { bytesOf } from "../wire/frame_text.ts";
import type { WireResult } from "../wire/results_frame.ts";
import { writeError, writeValues } from "../wire/wire_value.ts";

/**
 * A value as it travels back. One that cannot, or takes more than the engine takes, is a failure.
 *
 * @param ref What its caller calls the attempt.
 * @param value The value.
 * @param maxBytes The most bytes that it may take.
 * @returns The result.
 */
export function writeSuccess(ref: number, value: unknown, maxBytes: number): WireResult {
  try {
    const line = writeValues([value], "return a result from a worker");
    const bytes = bytesOf(line);
    if (bytes <= maxBytes) return { ref, status: "ok", correlationId: null, line };
    const why = `it takes ${bytes} bytes, and the engine takes at most ${maxBytes}`;
    return writeFailure(ref, new SerializationError(`Cannot return a result from a worker as ${why}`));
  } catch (error) {
    return writeFailure(ref, error);
  }
}

/**
 * What was thrown, as it travels back.
 *
 * @param ref What its caller calls the attempt.
 * @param error What was thrown, of any type.
 * @returns The result.
 */
export function writeFailure(ref: number, error: unknown): WireResult {
  return { ref, status: "failed", correlationId: null, line: writeError(error) };
}
