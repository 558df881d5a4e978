import { decodeGraph } from "../../cache/codec/graph_decoder.ts";
import { encodeGraph } from "../../cache/codec/graph_encoder.ts";
import { isJsonSafe } from "../../cache/codec/json_safe.ts";
import { isInstance, readText } from "../../errors/read_field.ts";
import { SerializationError } from "../../errors/serialization_error.ts";
import type { ErrorClass } from "../../pool/wire/error_class.ts";
import { type Envelope, openEnvelope, sealError } from "../../pool/wire/error_envelope.ts";
import { serializationError } from "../../pool/wire/serialization_error.ts";
import { findUncloneable } from "../../pool/wire/uncloneable.ts";
import { packValues } from "../../pool/wire/value_packing.ts";
import { unpackValues } from "../../pool/wire/value_unpacking.ts";

/** The classes that errors become again, by name. */
export type KnownErrors = ReadonlyMap<string, ErrorClass>;

/** Marks plain JSON. */
const JSON_MARK = "j";
/** Marks values of which parts were taken out, as for a worker of a pool. */
const PACKED_MARK = "p";

/** Values are copied into a frame: no buffer is shared or moved. */
const RULES = { isPacking: false, moved: [] };

/** What the codec says before it names what it refuses. */
const REFUSAL = /^Cannot keep (?:the|any) value as (?:it holds )?/;

/**
 * Writes a list of values in one line, as they cross to a worker of a pool: to be cloned first, and errors in parts.
 *
 * @param values The values.
 * @param task What cannot be done otherwise, as in `send an item to a worker`.
 * @returns The line.
 * @throws {SerializationError} If one of them cannot cross.
 */
export function writeValues(values: readonly unknown[], task: string): string {
  try {
    if (isJsonSafe(values)) return JSON_MARK + JSON.stringify(values);
    const { lists: [list], packing } = packValues([[...values]], RULES);
    return PACKED_MARK + encodeGraph(structuredClone({ list, packing }));
  } catch (error) {
    throw serializationError(task, refusedKind(values, error), error);
  }
}

function refusedKind(values: readonly unknown[], error: unknown): string {
  if (!isInstance(error, SerializationError)) return findUncloneable(values, error);
  return readText(error, "message")?.replace(REFUSAL, "") ?? "what cannot be read";
}

/**
 * Reads what {@link writeValues} wrote.
 *
 * @param line The line.
 * @param known The classes that errors become again.
 * @returns The values.
 * @throws {Error} If it is anything else.
 */
export function readValues(line: string, known: KnownErrors): unknown[] {
  if (line.startsWith(JSON_MARK)) return JSON.parse(line.slice(1));
  if (!line.startsWith(PACKED_MARK)) throw new Error("No values");
  const { list, packing } = decodeGraph(line.slice(1)) as { list: unknown[]; packing: Envelope["packing"] | undefined };
  if (!Array.isArray(list)) throw new Error("No values");
  unpackValues(packing, known);
  return list;
}

/**
 * Writes what was thrown in one line. What cannot cross in it is left out.
 *
 * @param thrown What was thrown, of any type.
 * @returns The line.
 */
export function writeError(thrown: unknown): string {
  try {
    return encodeGraph(sealError(thrown));
  } catch {
    // A file or a key in it, say: the error itself crosses without its fields.
    const { name, message, stack } = Object(thrown) as Partial<Error>;
    const bare = Object.assign(new Error(String(message)), { name: String(name) });
    return encodeGraph(sealError(Object.defineProperty(bare, "stack", { value: String(stack) })));
  }
}

/**
 * Reads what {@link writeError} wrote.
 *
 * @param line The line.
 * @param known The classes that errors become again.
 * @returns What was thrown.
 * @throws {Error} If it is anything else.
 */
export function readError(line: string, known: KnownErrors): unknown {
  return openEnvelope(decodeGraph(line) as Envelope, known);
}
