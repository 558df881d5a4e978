import { ErrorSealer } from "./error_sealer.ts";
import { type Packing, PackingList } from "./packing.ts";
import type { ErrorClass } from "./error_class.ts";
import { unpackValues } from "./value_unpacking.ts";

/** Anything thrown, as data that always clones. */
export interface Envelope {
  /** Holds what was thrown, or nothing yet where it is a part. */
  readonly thrown: unknown[];
  /** Its parts. */
  readonly packing: Packing;
}

/**
 * Puts `thrown` into data; what cannot cross in it is left out, and it is cut at 64 KB.
 *
 * @param thrown What was thrown, of any type.
 * @returns The envelope.
 */
export function sealError(thrown: unknown): Envelope {
  const packing = new PackingList();
  const holder: unknown[] = [undefined];
  new ErrorSealer(packing).seal(thrown, holder, 0);
  return { thrown: holder, packing: { parts: packing.parts, places: packing.places } };
}

/**
 * What was sealed. An error becomes an instance of the first of its classes that is in `known` or
 * native, and so is caught by class as it was where it was thrown.
 *
 * @param envelope What {@link sealError} made on the other side.
 * @param known The classes that errors become again.
 * @returns What was thrown.
 */
export function openEnvelope({ thrown, packing }: Envelope, known: ReadonlyMap<string, ErrorClass>): unknown {
  unpackValues(packing, known);
  return thrown[0];
}
