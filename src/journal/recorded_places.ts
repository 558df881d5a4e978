import { KeyTable } from "./key_table.ts";
import type { JournalRecord } from "./journal_record.ts";

/** What the journal knows of an item. */
export interface KnownItem {
  /** Whether it has a value. */
  readonly isOk: boolean;
  /** Where its line begins, in bytes. */
  readonly offset: number;
}

/** Where the latest record of each item stands. It holds no value: a number an item, for a million of them. */
export class RecordedPlaces {
  /** Four times the offset, two more where the item was seen in this run, and one more where it has a value. */
  readonly #places = new KeyTable();
  #lines = 0;

  /** How many records there are that a later one has replaced. */
  get superseded(): number {
    return this.#lines - this.#places.size;
  }

  /** How many items there are. */
  get size(): number {
    return this.#places.size;
  }

  /** Adds a record that was read; a later one of the same item replaces it. */
  add({ key, status }: Pick<JournalRecord, "key" | "status">, offset: number): void {
    this.#lines++;
    this.#places.set(key, 4 * offset + (status === "ok" ? 1 : 0));
  }

  /** What is known of an item; `undefined` where nothing is. */
  find(key: string): KnownItem | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : { isOk: place % 2 === 1, offset: Math.floor(place / 4) };
  }

  /** Marks an item as seen in this run; returns whether it was before, and `undefined` where nothing is known of it. */
  see(key: string): boolean | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const isSeen = place % 4 > 1;
    if (!isSeen) this.#places.set(key, place + 2);
    return isSeen;
  }
}
