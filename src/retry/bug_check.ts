import { isOfKind } from "../errors/error_kind.ts";
import { isErrorObject, isInstance, readText } from "../errors/read_field.ts";

/**
 * Finds what no other attempt can fix: a name that is not there, a `TypeError` that is no failed fetch, a wrong option, a
 * value that cannot be carried.
 *
 * @param isPassing Whether a `TypeError` is none, as that of a failed fetch.
 * @returns Whether an error, of any type, cannot be fixed by a retry.
 */
export function bugCheck(isPassing: (error: unknown) => boolean): (error: unknown) => boolean {
  return (error) => {
    if (isOfKind(error, "CONFIGURATION") || isOfKind(error, "SERIALIZATION")) return true;
    if (!isErrorObject(error)) return false;
    const name = readText(error, "name");
    if (isInstance(error, ReferenceError) || name === "ReferenceError") return true;
    return (isInstance(error, TypeError) || name === "TypeError") && !isPassing(error);
  };
}
