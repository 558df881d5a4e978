import { sha256HexNow } from "../../runtime/sha256.ts";
import { plainKey } from "../plain_key.ts";

/** The keys that the engine makes: namespace, function and arguments, each a SHA-256. */
const ENGINE_KEY = /^[0-9a-f]{64}\.[0-9a-f]{64}\.[0-9a-f]{64}$/;

/** The directory of the entries under any other key. */
export const OTHER_KEYS = "other";

/** The directory of files that are being written, and of what is being removed. */
export const PASSING = "passing";

/** Whether `name` is that of a directory or a file with a part of an engine's key. */
export function isKeyPart(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

/** Where the entry of a key is kept. */
export interface DiskPlace {
  /** The directory, with `/` between its parts. */
  readonly directory: string;
  /** The file in it. Names are hexadecimal digits alone, so that no key leads anywhere else. */
  readonly name: string;
  /** What stands behind the entry in the file: the key, where the name does not tell it. */
  readonly label: string;
}

/** Where the entry of `key` is kept: a directory for each namespace and function, so that either is cleared at once. */
export function placeOf(key: string): DiskPlace {
  if (ENGINE_KEY.test(key)) {
    return { directory: `${key.slice(0, 64)}/${key.slice(65, 129)}`, name: key.slice(130), label: "" };
  }
  const plain = plainKey(key);
  return { directory: OTHER_KEYS, name: sha256HexNow(plain), label: `\n${plain}` };
}
