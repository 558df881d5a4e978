import { BRAND } from "./brand.ts";
import { readField } from "./read_field.ts";

/**
 * Whether `error` is one of this library of the kind `code`.
 *
 * @param error What was thrown, of any type.
 * @param code The code of the kind.
 * @returns `true` if brand and code match.
 */
export function isOfKind(error: unknown, code: string): boolean {
  return readField(error, BRAND) === true && readField(error, "code") === code;
}
