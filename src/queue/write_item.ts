import { idempotencyKeyOf } from "../attempt/idempotency_key.ts";
import type { Call } from "../call/call.ts";
import { SerializationError } from "../errors/serialization_error.ts";
import type { FallbackParameters } from "../function_source/fallback_parameter.ts";
import { getCorrelationId } from "../telemetry/correlation.ts";
import type { Engine } from "./engine.ts";
import { frameBytesOf } from "./pack_frames.ts";
import { sentArguments } from "./sent_arguments.ts";
import type { WrittenItem } from "./cluster_job.ts";
import { writeValues } from "./wire/wire_value.ts";

/** What is known of the function whose items are sent. */
export interface WriteItemOptions {
  readonly engine: Pick<Engine, "maxFrameBytes">;
  readonly functionName: string;
  /** The limit of an attempt, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** The parameters whose values stay here. */
  readonly parameters: FallbackParameters | undefined;
}

/**
 * The attempt that `call` is about to make, as it travels.
 *
 * @param call The call.
 * @param ref What the attempt is called here.
 * @param options What is known of its function.
 * @returns The item, and how large it is.
 * @throws {SerializationError} If its arguments cannot travel, or take more than the engine takes.
 * @throws {ConfigurationError} If it brings fallback values of its own.
 */
export function writeItem(call: Call, ref: number, options: WriteItemOptions): WrittenItem {
  const { engine, functionName, timeoutMs, parameters } = options;
  const { state } = call;
  const item = {
    ref,
    index: call.index ?? -1,
    attempt: call.attemptNumber,
    retry: state?.retry ?? 0,
    fallbackIndex: state?.fallbackIndex ?? null,
    correlationId: state?.correlationId ?? getCorrelationId() ?? null,
    limitMs: finite(state?.limits?.timeoutMs ?? timeoutMs),
    key: idempotencyKeyOf(call),
    line: writeValues(sentArguments(call, parameters, functionName), "send an item to a worker"),
  };
  const bytes = frameBytesOf(item);
  if (bytes <= engine.maxFrameBytes) return { item, bytes };
  const why = `it takes ${bytes} bytes, and its engine takes at most ${engine.maxFrameBytes}`;
  throw new SerializationError(`Cannot send an item to a worker as ${why}`);
}

function finite(ms: number | undefined): number | null {
  return ms === undefined || ms === Infinity ? null : ms;
}
