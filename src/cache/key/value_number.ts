import { isJsonObject } from "./json_object.ts";
import { isObject } from "./primitive_text.ts";

/** How many texts and numbers of an object are looked at. */
const MAX_LOOKED_AT = 2;

/** And so many units at the end of a text, where numbers and names differ most. */
const MAX_UNITS = 6;

/** Odd, with its bits well mixed. */
const FACTOR = 0x9e3779b1 | 0;

/** Of lists in which there is nothing to look at. */
export const NO_NUMBER = -1;

/**
 * A number that equal lists of arguments share, and others rarely, made of a few of their texts and numbers; {@link NO_NUMBER}
 * where there are none, or where one of the arguments is an object that is not {@link isJsonObject}.
 *
 * @param args The arguments of the call.
 * @returns The number.
 */
export function numberOf(args: readonly unknown[]): number {
  let number = NO_NUMBER;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (!isObject(arg)) number = mixed(number, arg);
    else if (isJsonObject(arg)) number = mixedParts(number, arg);
    else return NO_NUMBER;
  }
  return number === NO_NUMBER ? NO_NUMBER : number & 0x3fffffff;
}

/** What objects hold that are nested is not read: such an object may be one that does not like to be looked at. */
function mixedParts(number: number, object: object): number {
  let looks = 0;
  if (Array.isArray(object)) {
    for (let i = 0; i < object.length && looks < MAX_LOOKED_AT; i++, looks++) number = mixed(number, object[i]);
    return number;
  }
  for (const key in object) {
    const part = (object as Record<string, unknown>)[key];
    if (typeof part !== "string" && typeof part !== "number") continue;
    number = mixed(number, part);
    if (++looks === MAX_LOOKED_AT) break;
  }
  return number;
}

function mixed(number: number, value: unknown): number {
  if (typeof value === "number") return step(number, (value | 0) === value ? value : value * FACTOR | 0);
  if (typeof value !== "string") return number;
  let part = value.length;
  for (let i = Math.max(0, part - MAX_UNITS); i < value.length; i++) part = Math.imul(part, 31) + value.charCodeAt(i);
  return step(number, part);
}

function step(number: number, part: number): number {
  const product = Math.imul(number ^ part, FACTOR);
  return product ^ product >>> 15;
}
