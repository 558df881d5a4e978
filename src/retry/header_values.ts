import { isOfKind } from "../errors/error_kind.ts";
import { readField } from "../errors/read_field.ts";

/** No error has more headers. */
const MAX_ITEMS = 1_000;

/** A doubled header is one text; the comma within a date is followed by its day and month. */
const BETWEEN_VALUES = /,(?! *\d{1,2}[ -][a-z])/i;

/**
 * What may have the headers of the answer that `error` came with: the error, its response, that of SDKs of AWS, or the
 * answer that `failOn` refused.
 *
 * @param error What was thrown.
 * @returns What may have a field `headers`.
 */
export function headerHolders(error: object): unknown[] {
  const refused = isOfKind(error, "RESULT") ? readField(error, "value") : undefined;
  return [error, readField(error, "response"), readField(error, "$response"), refused];
}

/**
 * All values of a header, also where it stands there twice, or holds a list.
 *
 * @param headers `Headers` and the like of them, a `Map`, pairs, a flat list of names and values, or a plain object.
 * @param name The name of the header, in lower case.
 * @returns The values; empty where there is none.
 */
export function headerValues(headers: object, name: string): string[] {
  try {
    return foundIn(headers, name).flat().slice(0, MAX_ITEMS).flatMap((value) =>
      typeof value === "string" || typeof value === "number" ? String(value).split(BETWEEN_VALUES) : []
    ).map((value) => value.trim());
  } catch {
    return [];
  }
}

/** Finds `name` in `Headers` and the like of them, a `Map`, pairs, a flat list of names and values, or a plain object. */
function foundIn(headers: object, name: string): unknown[] {
  if (Array.isArray(headers)) return foundAmong(headers, name);
  if (headers instanceof Map) return foundAmong([...headers], name);
  const { get } = headers as { get?: unknown };
  if (typeof get === "function") return [get.call(headers, name)];
  return foundAmong(Object.entries(headers), name);
}

function foundAmong(list: readonly unknown[], name: string): unknown[] {
  if (list.some((item) => Array.isArray(item))) {
    return list.flatMap((item) => Array.isArray(item) && isNamed(item[0], name) ? [item[1]] : []);
  }
  return list.filter((_value, i) => i % 2 === 1 && isNamed(list[i - 1], name));
}

function isNamed(value: unknown, name: string): boolean {
  return typeof value === "string" && value.toLowerCase() === name;
}
