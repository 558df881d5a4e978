import { isTransient } from "./is_transient.ts";
import { isOfKind } from "../errors/error_kind.ts";
import { isErrorObject, isInstance, readText } from "../errors/read_field.ts";

/**
 * Whether no other attempt can fix `error`: a name that is not there, a `TypeError` that is no failed fetch, a wrong
 * option, a value that cannot be carried.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if a retry cannot help.
 */
export function isBug(error: unknown): boolean {
  if (isOfKind(error, "CONFIGURATION") || isOfKind(error, "SERIALIZATION")) return true;
  if (!isErrorObject(error)) return false;
  const name = readText(error, "name");
  if (isInstance(error, ReferenceError) || name === "ReferenceError") return true;
  return (isInstance(error, TypeError) || name === "TypeError") && !isTransient(error);
}
