import { sha256HexNow } from "../../runtime/sha256.ts";
import { ENGINE_KEY } from "../engine_key.ts";
import { plainKey } from "../plain_key.ts";

/** The directory of the entries under any other key. */
export const OTHER_KEYS = "other";

/** The directory of files that are being written, and of what is being removed. */
export const PASSING = "passing";

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
    const [namespace, fn, call] = key.split(".") as [string, string, string];
    return { directory: `${namespace}/${fn}`, name: call, label: "" };
  }
  const plain = plainKey(key);
  return { directory: OTHER_KEYS, name: sha256HexNow(plain), label: `\n${plain}` };
}
