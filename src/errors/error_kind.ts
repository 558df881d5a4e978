import { BRAND } from "./brand.ts";
import { readField } from "./read_field.ts";

/** Whether `error` is one of this library of the kind `code`. */
export function isOfKind(error: unknown, code: string): boolean {
  return readField(error, BRAND) === true && readField(error, "code") === code;
}
