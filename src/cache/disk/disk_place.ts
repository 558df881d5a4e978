import { sha256HexNow } from "../../runtime/sha256.ts";
import { ENGINE_KEY } from "../backend/engine_key.ts";
import { plainKey } from "../backend/plain_key.ts";

/** The directory of the entries under any other key. */
export const OTHER_KEYS = "other";

/** The directory of files that are being written. */
export const PASSING = "passing";

/** The file whose time says when the entries were last swept. */
export const SWEPT = "swept";

/** How much of a part of a key is in the name of a file that is being written for it. */
const TAG_DIGITS = 16;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A temporary name: the writer's id, a number, and for whose key it is. That last part is new since 0.1. */
const TEMPORARY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d{1,16}(?:\.([0-9a-z.]{1,60}))?$/;

/** Where the last part of an engine's key begins. */
const NAME_AT = 34;

/**
 * Whether `name` is that of a directory of a namespace or a function.
 *
 * @param name The name of a directory.
 * @returns `true` if it is.
 */
export function isGroupName(name: string): boolean {
  return /^(?:[0-9a-f]{16}|[0-9a-f]{64})$/.test(name);
}

/**
 * Whether `name` is that of a directory with entries whose names begin alike.
 *
 * @param name The name of a directory.
 * @returns `true` if it is.
 */
export function isShardName(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name);
}

/**
 * Whether `name` is that of an entry.
 *
 * @param name The name of a file.
 * @returns `true` if it is.
 */
export function isEntryName(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

/**
 * Whether `name` is that of a file that is being written.
 *
 * @param name The name of a file.
 * @returns `true` if it is.
 */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name);
}

/**
 * Whether `name` is that of a directory that version 0.1 was about to remove.
 *
 * @param name The name of a directory.
 * @returns `true` if it is.
 */
export function isDoomedName(name: string): boolean {
  return UUID.test(name);
}

/** Where the entry of a key is kept. */
export interface DiskPlace {
  /** The directory, a path from the root of the cache on, with a dot between its parts, as it stands in an engine's key. */
  readonly directory: string;
  /** The file in it. Names are hexadecimal digits alone, so that no key leads anywhere else. */
  readonly name: string;
  /** What stands behind the entry in the file: the key, where the name does not tell it. */
  readonly label: string;
}

/**
 * Where the entry of `key` is kept: a directory for each namespace and function, so that either is cleared at once, and
 * in it 256 directories, as a long list of names holds up the loop.
 *
 * @param key The key as the engine asks for it, of any length.
 * @returns The directory and the name of the file.
 */
export function placeOf(key: string): DiskPlace {
  if (!ENGINE_KEY.test(key)) return otherPlaceOf(plainKey(key));
  return { directory: key.slice(0, NAME_AT + 2), name: key.slice(NAME_AT), label: "" };
}

function otherPlaceOf(plain: string): DiskPlace {
  const name = sha256HexNow(plain);
  return { directory: `${OTHER_KEYS}.${name.slice(0, 2)}`, name, label: `\n${plain}` };
}

/**
 * What the name of a file that is written for `place` ends with, and so tells other processes for whose key it is.
 *
 * @param diskPlace The place of the entry.
 * @returns The last part of the name of a temporary file.
 */
export function tagOf({ directory, name }: DiskPlace): string {
  return `${directory.slice(0, directory.lastIndexOf("."))}.${name.slice(0, TAG_DIGITS)}`;
}

/**
 * Whether the temporary file `name` may be that of a key that begins with `prefix`.
 *
 * @param prefix What all keys that are to be cleared begin with; empty for all.
 * @param name The name of a temporary file.
 * @returns `false` if it is certainly not.
 */
export function mayBeUnder(prefix: string, name: string): boolean {
  const tag = TEMPORARY.exec(name)?.[1];
  if (tag === undefined) return false;
  // Only the hash of such a key is in the name: a write too many is cancelled, and is a miss.
  if (tag.startsWith(`${OTHER_KEYS}.`)) return !/^[0-9a-f]{16,64}\./.test(prefix);
  const parts = tag.split(".");
  return prefix === "" || prefix.split(".").every((part, i) => parts[i]?.startsWith(part.slice(0, TAG_DIGITS)));
}
