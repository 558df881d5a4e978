import { readField, tagOf } from "./read_field.ts";

/**
 * The HTTP status of `error`: its own, that of the response it has, or where SDKs of AWS keep it.
 * `undefined` where it has none.
 *
 * @param error What was thrown, of any type.
 * @returns The status, from 100 to 599, or `undefined`.
 */
export function httpStatusOf(error: unknown): number | undefined {
  return statusWithin(error) ??
    statusWithin(readField(error, "response")) ??
    asStatus(readField(readField(error, "$metadata"), "httpStatusCode"));
}

/**
 * The `status` or `statusCode` that stands in `holder` itself.
 *
 * @param holder Any value.
 * @returns The status, from 100 to 599, or `undefined`.
 */
export function statusWithin(holder: unknown): number | undefined {
  return asStatus(readField(holder, "status")) ?? asStatus(readField(holder, "statusCode"));
}

/**
 * Whether `value` is a `Response`, also one of another realm or of a library of its own.
 *
 * @param value Any value.
 * @returns `true` for a `Response`.
 */
export function isResponse(value: unknown): value is Response {
  return typeof value === "object" && value !== null && tagOf(value) === "[object Response]";
}

/** Other numbers under such names are statuses of something else. */
function asStatus(value: unknown): number | undefined {
  return typeof value === "number" && value >= 100 && value < 600 ? value : undefined;
}
