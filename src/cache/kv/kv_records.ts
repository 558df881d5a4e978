import type { Clock } from "../../time/clock.ts";
import type { KvCommit, KvDatabase, KvKey } from "../../runtime/kv.ts";
import type { PendingWrite } from "./kv_pending.ts";
import { type KvPlace, kvPlaceAt, type KvRange } from "./kv_place.ts";

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

/** What makes a write void: a part that must still be there when its record is put in place, of this version. */
type FirstPart = { readonly key: KvKey; readonly versionstamp: string | null };

/**
 * Bytes of any number in a Deno KV. What is too large for one record is written in parts first, under an id of that
 * write, and then named by a record: a reader finds the parts of one write, or nothing. A removal takes away the
 * parts of writes that are not done, in other processes too, and these then put no record in place.
 */
export class KvRecords {
  readonly #kv: KvDatabase;
  readonly #clock: Pick<Clock, "sleep">;

  /** The records of a database; the clock serves the waits for other writers. */
  constructor(kv: KvDatabase, clock: Pick<Clock, "sleep">) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /** The bytes at a place, if all of them are there and they are no more than `maxBytes`. */
  async read(place: KvPlace, maxBytes: number): Promise<Uint8Array | undefined> {
    return await this.#readValue(place, (await this.#kv.get(place.recordKey)).value, maxBytes);
  }

  /** Puts `bytes` in place of what is there, unless the write has become void meanwhile. */
  async write(place: KvPlace, bytes: Uint8Array, expiry: KvExpiry, pending: PendingWrite): Promise<void> {
    if (bytes.length <= MAX_PART_BYTES) {
      await this.#replace(place, (commit) => commit.set(place.recordKey, { bytes }, expiry), pending);
      return;
    }
    const writeId = crypto.randomUUID();
    let isInPlace = false;
    try {
      const firstPart = await this.#writeParts(place, writeId, bytes, expiry, pending);
      const record = { writeId, parts: partsFor(bytes.length) };
      const change = (commit: KvCommit) => commit.check(firstPart).set(place.recordKey, record, expiry);
      isInPlace = await this.#replace(place, change, pending, firstPart) !== undefined;
    } finally {
      if (!isInPlace) await this.deleteRange(place.partsOf(writeId));
    }
  }

  /** Removes what is at a place, and what is on its way there; returns whether there was anything. */
  async delete(place: KvPlace): Promise<boolean> {
    await this.deleteRange(place.allParts);
    return await this.#replace(place, (commit) => commit.delete(place.recordKey)) ?? false;
  }

  /** Removes all keys of a range, a record's or a part's, and with a record its parts. */
  async deleteRange(range: KvRange): Promise<void> {
    let keys: KvKey[] = [];
    let named: KvRange[] = [];
    const remove = async () => {
      if (keys.length > 0) await this.#deleteKeys(keys);
      for (const parts of named) await this.deleteRange(parts);
      [keys, named] = [[], []];
    };
    for await (const { key, value } of this.#kv.list(range)) {
      const record = toRecord(value);
      if (record !== undefined && "writeId" in record) named.push(kvPlaceAt(key).partsOf(record.writeId));
      if (keys.push(key) === DELETES_PER_COMMIT) await remove();
    }
    await remove();
  }

  /** The places of a range of records, with their bytes where all of them are there and no more than `maxBytes`. */
  async *list(range: KvRange, maxBytes: number): AsyncGenerator<{ place: KvPlace; bytes: Uint8Array | undefined }> {
    for await (const { key, value } of this.#kv.list(range)) {
      const place = kvPlaceAt(key);
      yield { place, bytes: await this.#readValue(place, value, maxBytes) };
    }
  }

  /** How many parts there are is known before any is read. */
  async #readValue(place: KvPlace, value: unknown, maxBytes: number): Promise<Uint8Array | undefined> {
    const record = toRecord(value);
    if (record === undefined) return undefined;
    if ("bytes" in record) return record.bytes.length <= maxBytes ? record.bytes : undefined;
    if (record.parts > partsFor(maxBytes)) return undefined;
    const parts: Uint8Array[] = [];
    for await (const { value } of this.#kv.list(place.partsOf(record.writeId), { batchSize: PARTS_PER_COMMIT })) {
      if (!(value instanceof Uint8Array) || parts.push(value) > record.parts) return undefined;
    }
    return parts.length === record.parts ? joinBytes(parts) : undefined;
  }

  async #writeParts(
    place: KvPlace,
    writeId: string,
    bytes: Uint8Array,
    expiry: KvExpiry,
    pending: PendingWrite,
  ): Promise<FirstPart> {
    const parts = partsFor(bytes.length);
    for (let first = 0; first < parts && !pending.isVoid; first += PARTS_PER_COMMIT) {
      const commit = this.#kv.atomic();
      for (let part = first; part < Math.min(parts, first + PARTS_PER_COMMIT); part++) {
        const start = part * MAX_PART_BYTES;
        commit.set(place.partKey(writeId, part), bytes.subarray(start, start + MAX_PART_BYTES), expiry);
      }
      await this.#commit(commit);
    }
    const key = place.partKey(writeId, 0);
    return { key, versionstamp: (await this.#kv.get(key)).versionstamp };
  }

  /**
   * Puts another record, or none, in place of the one there, whose parts go with it; returns whether there was one, or
   * nothing where the write is void.
   */
  async #replace(
    place: KvPlace,
    change: (commit: KvCommit) => KvCommit,
    pending?: PendingWrite,
    firstPart?: FirstPart,
  ): Promise<boolean | undefined> {
    while (true) {
      const old = await this.#kv.get(place.recordKey);
      // Of a part that is not there `null` is the version, which a check would find.
      if (pending?.isVoid || firstPart?.versionstamp === null) return undefined;
      // Of writers at the same time each removes the parts of the one before it: none are left, and none go too soon.
      const commit = change(this.#kv.atomic().check({ key: place.recordKey, versionstamp: old.versionstamp }));
      if (!await this.#commit(commit)) {
        if (firstPart !== undefined && await this.#isGone(firstPart)) return undefined;
        continue;
      }
      const record = toRecord(old.value);
      if (record !== undefined && "writeId" in record) await this.deleteRange(place.partsOf(record.writeId));
      return old.versionstamp !== null;
    }
  }

  async #isGone({ key, versionstamp }: FirstPart): Promise<boolean> {
    return (await this.#kv.get(key)).versionstamp !== versionstamp;
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

function partsFor(bytes: number): number {
  return Math.ceil(bytes / MAX_PART_BYTES);
}

/**
 * All bytes in a row.
 *
 * @param parts The arrays, in order.
 * @returns A new array.
 */
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
  return typeof writeId === "string" && Number.isSafeInteger(parts) ? { writeId, parts: parts as number } : undefined;
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}
