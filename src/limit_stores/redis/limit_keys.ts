import { plainKey } from "../../cache/backend/plain_key.ts";

/** What a hash tag must not hold, or it would end too early. */
const BRACES = /[{}\\]/g;

/** Where what is known of a limit is stored. */
export interface LimitKeys {
  /** The state of its bucket. */
  readonly state: string;
  /** Its latest pause or reset. */
  readonly event: string;
  /** Who books of it. */
  readonly clients: string;
}

/**
 * The keys of a limit. Those of all limits of a call have one hash tag, what is before the last `#`, so that a cluster keeps
 * them on one server.
 *
 * @param prefix What all keys begin with.
 * @param key The key of the limit.
 * @returns The keys.
 */
export function limitKeys(prefix: string, key: string): LimitKeys {
  const hash = key.lastIndexOf("#");
  const [name, place] = hash < 0 ? [key, ""] : [key.slice(0, hash), key.slice(hash)];
  const tag = plainKey(name).replace(BRACES, (brace) => `\\${brace.charCodeAt(0).toString(16)}`);
  const state = `${prefix}limits:{${tag}}${plainKey(place)}`;
  return { state, event: `${state}:event`, clients: `${state}:clients` };
}
