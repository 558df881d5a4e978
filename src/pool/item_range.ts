import { type ItemClient, ItemJob } from "./item_job.ts";
import type { JobHolder, JobOwner } from "./job.ts";

/** Items that began so long after each other may go in one message, in milliseconds. */
const MAX_APART_MS = 5;

/** What a range is made with. */
export interface ItemRangeInit {
  /** The items, in the order of their places in the map. */
  readonly items: unknown[];
  /** The place of the first. */
  readonly firstIndex: number;
  /** The monotonic time at which they began, in milliseconds. */
  readonly startedMs: number;
  readonly client: ItemClient;
  readonly owner: JobOwner;
}

/**
 * First attempts of items that follow each other. Nearly all of them succeed, one after another, and then no job is needed for
 * each, which takes longer to make and to keep than a tiny item takes to run: so there is none as long as
 * nothing else happens to any of them.
 */
export class ItemRange {
  /** The items. */
  readonly items: unknown[];
  /** The place of the first in the map. */
  readonly firstIndex: number;
  /** Who takes what becomes of them. */
  readonly client: ItemClient;
  readonly owner: JobOwner;
  /** Where they were sent. */
  worker: JobHolder | undefined = undefined;
  readonly #startedMs: number;

  /** A range that waits to be sent. */
  constructor({ items, firstIndex, startedMs, client, owner }: ItemRangeInit) {
    this.items = items;
    this.firstIndex = firstIndex;
    this.client = client;
    this.#startedMs = startedMs;
    this.owner = owner;
  }

  /** Whether it begins where `other` ends, and at about the same time. */
  follows(other: ItemRange): boolean {
    return this.client === other.client && this.firstIndex === other.firstIndex + other.items.length &&
      this.#startedMs - other.#startedMs <= MAX_APART_MS;
  }

  /** The part of it from `from` on, up to `to`, in which the items of `next` follow. */
  part(from: number, to: number, next: readonly unknown[] = []): ItemRange {
    const items = this.items.slice(from, to);
    for (const item of next) items.push(item);
    const { firstIndex, client } = this;
    return new ItemRange({
      items,
      firstIndex: firstIndex + from,
      startedMs: this.#startedMs,
      client,
      owner: this.owner,
    });
  }

  /** A job for each item from `from` on: from here on each goes its own way. */
  jobs(from: number = 0): ItemJob[] {
    const jobs: ItemJob[] = [];
    for (let place = from; place < this.items.length; place++) {
      const job = new ItemJob(this.items[place], this.firstIndex + place, this.#startedMs, this.client, this.owner);
      job.worker = this.worker;
      this.client.onOwnJob(job);
      jobs.push(job);
    }
    return jobs;
  }
}
