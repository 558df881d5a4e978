import type { Clock } from "../../clock.ts";
import type { KvCommit, KvDatabase, KvKey } from "../../runtime/kv.ts";
import type { KvPlace, KvRange } from "./kv_place.ts";

/** The bytes of a value, a record or a part of one; the database takes 64 KiB. */
const MAX_PART_BYTES = 60 * 1024;
/** Parts written at once; the database takes 800 KiB in a commit. */
const PARTS_PER_COMMIT = 10;
/** Keys removed at once; the database takes 1 000, or 800 KiB of them. */
const DELETES_PER_COMMIT = 400;
/** How often a commit is tried while other connections write, and how much longer it waits each time. */
const COMMIT_TRIES = 12;
const COMMIT_DELAY_MS = 3;

/** What lies under the key of an entry: its bytes, or which write wrote how many parts of them. */
export type KvRecord =
  | { readonly bytes: Uint8Array }
  | { readonly writeId: string; readonly parts: number };

/** When the database may remove what is written. */
export interface KvExpiry {
  /** After how many milliseconds. */
  readonly expireIn?: number;
}

/**
 * Bytes of any number in a Deno KV. What is too large for one record is written in parts first, under an id of that
 * write, and then named by a record: whoever reads finds the parts of one write, or nothing.
 */
export class KvRecords {
  readonly #kv: KvDatabase;
  readonly #clock: Pick<Clock, "sleep">;

  /** The records of a database; the clock serves the waits for other writers. */
  constructor(kv: KvDatabase, clock: Pick<Clock, "sleep">) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /** The bytes at a place, if all of them are there; parts of more than `maxBytes` are not read. */
  async read(place: KvPlace, maxBytes: number): Promise<Uint8Array | undefined> {
    return await this.#readValue(place, (await this.#kv.get(place.recordKey)).value, maxBytes);
  }

  /** Puts `bytes` in the place of what is there, unless that is no longer wanted, or the place is emptied meanwhile. */
  async write(place: KvPlace, bytes: Uint8Array, expiry: KvExpiry, isWanted: () => boolean): Promise<void> {
    if (bytes.length <= MAX_PART_BYTES) {
      if (isWanted()) await this.#replace(place, (commit) => commit.set(place.recordKey, { bytes }, expiry));
      return;
    }
    const record = await this.#writeParts(place, bytes, expiry, isWanted);
    const firstPart = place.partKey(record.writeId, 0);
    const isReplaced = isWanted() &&
      await this.#replace(place, (commit) => commit.set(place.recordKey, record, expiry), firstPart) !== undefined;
    if (!isReplaced) await this.deleteRange(place.partsOf(record.writeId));
  }

  /** Removes what is at a place, and the parts of writes that are under way; tells whether there was an entry. */
  async delete(place: KvPlace): Promise<boolean> {
    const wasThere = await this.#replace(place, (commit) => commit.delete(place.recordKey));
    await this.deleteRange(place.allParts);
    return wasThere === true;
  }

  /** Removes all keys of a range, a record's or a part's. */
  async deleteRange(range: KvRange): Promise<void> {
    let keys: KvKey[] = [];
    for await (const { key } of this.#kv.list(range)) {
      if (keys.push(key) < DELETES_PER_COMMIT) continue;
      await this.#deleteKeys(keys);
      keys = [];
    }
    if (keys.length > 0) await this.#deleteKeys(keys);
  }

  /** The places of a range of records, with their bytes where all of them are there. */
  async *list(
    range: KvRange,
    placeAt: (recordKey: KvKey) => KvPlace,
  ): AsyncGenerator<{ place: KvPlace; bytes: Uint8Array | undefined }> {
    for await (const { key, value } of this.#kv.list(range)) {
      const place = placeAt(key);
      yield { place, bytes: await this.#readValue(place, value) };
    }
  }

  async #readValue(place: KvPlace, value: unknown, maxBytes = Infinity): Promise<Uint8Array | undefined> {
    const record = toRecord(value);
    if (record === undefined || "bytes" in record) return record?.bytes;
    if ((record.parts - 1) * MAX_PART_BYTES >= maxBytes) return undefined;
    const parts: Uint8Array[] = [];
    for await (const { value } of this.#kv.list(place.partsOf(record.writeId))) {
      if (value instanceof Uint8Array) parts.push(value);
    }
    return parts.length === record.parts ? joinBytes(parts) : undefined;
  }

  async #writeParts(
    place: KvPlace,
    bytes: Uint8Array,
    expiry: KvExpiry,
    isWanted: () => boolean,
  ): Promise<{ readonly writeId: string; readonly parts: number }> {
    const writeId = crypto.randomUUID();
    const parts = Math.ceil(bytes.length / MAX_PART_BYTES);
    for (let first = 0; first < parts && isWanted(); first += PARTS_PER_COMMIT) {
      const commit = this.#kv.atomic();
      for (let part = first; part < Math.min(parts, first + PARTS_PER_COMMIT); part++) {
        const start = part * MAX_PART_BYTES;
        commit.set(place.partKey(writeId, part), bytes.subarray(start, start + MAX_PART_BYTES), expiry);
      }
      await this.#commit(commit);
    }
    return { writeId, parts };
  }

  /**
   * Puts another record, or none, in the place of the one there, whose parts go with it; tells whether there was one.
   * `undefined` where `firstPart` is gone: whoever empties a place removes it, and so what it belongs to must not come back.
   */
  async #replace(
    place: KvPlace,
    change: (commit: KvCommit) => KvCommit,
    firstPart?: KvKey,
  ): Promise<boolean | undefined> {
    while (true) {
      const part = firstPart === undefined ? undefined : await this.#kv.get(firstPart);
      if (part?.versionstamp === null) return undefined;
      const old = await this.#kv.get(place.recordKey);
      // Of writers at the same time each removes the parts of the one before it: none are left, and none go too soon.
      const commit = change(this.#kv.atomic().check({ key: place.recordKey, versionstamp: old.versionstamp }));
      if (part !== undefined) commit.check({ key: part.key, versionstamp: part.versionstamp });
      if (!await this.#commit(commit)) continue;
      const record = toRecord(old.value);
      if (record !== undefined && "writeId" in record) await this.deleteRange(place.partsOf(record.writeId));
      return old.versionstamp !== null;
    }
  }

  async #deleteKeys(keys: readonly KvKey[]): Promise<void> {
    const commit = this.#kv.atomic();
    for (const key of keys) commit.delete(key);
    await this.#commit(commit);
  }

  /** Two connections to one file that commit at once: the database fails one of them and does not wait. */
  async #commit(commit: KvCommit): Promise<boolean> {
    for (let tries = 1;; tries++) {
      try {
        return (await commit.commit()).ok;
      } catch (error) {
        if (tries === COMMIT_TRIES || !isLocked(error)) throw error;
        await this.#clock.sleep(tries * COMMIT_DELAY_MS);
      }
    }
  }
}

/** All bytes in a row. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let length = 0;
  for (const part of parts) {
    whole.set(part, length);
    length += part.length;
  }
  return whole;
}

/** The record, or `undefined` where there is none or something else. */
function toRecord(value: unknown): KvRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { bytes, writeId, parts } = value as { bytes?: unknown; writeId?: unknown; parts?: unknown };
  if (bytes instanceof Uint8Array) return { bytes };
  return typeof writeId === "string" && typeof parts === "number" ? { writeId, parts } : undefined;
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}
