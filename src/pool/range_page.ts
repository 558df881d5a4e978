import type { ItemRange } from "./item_range.ts";
import type { Job } from "./job.ts";

/** Slots in a row for the items of one range, which is broken up into jobs when anything but success happens to one of them. */
export class RangePage {
  /** The slot of the first item. */
  readonly firstSlot: number;
  /** How many items it can hold. */
  readonly size: number;
  /** The number of the message with which its items were sent; -1 for none. */
  number = -1;
  /** How many slots are taken, or were since it was empty. */
  usedCount = 0;
  /** How many of these the worker is not done with. */
  #openCount = 0;
  #range: ItemRange | undefined = undefined;
  /** How many items of the range succeeded. */
  #doneCount = 0;
  #jobs: (Job | undefined)[] = [];

  /** A page of `size` slots from `firstSlot` on. */
  constructor(firstSlot: number, size: number) {
    this.firstSlot = firstSlot;
    this.size = size;
  }

  /** Takes the items of `range`, which go with the `number`th message; `false` where it has no room for them. */
  occupy(range: ItemRange, number: number): boolean {
    const { length } = range.items;
    if (this.usedCount > 0 || length > this.size) return false;
    this.#range = range;
    this.#doneCount = 0;
    this.number = number;
    this.usedCount = this.#openCount = length;
    return true;
  }

  /** The items from `slot` on succeeded with `values`; `false` where they are not the next of a range. */
  succeed(slot: number, values: readonly unknown[]): boolean {
    const range = this.#range;
    if (range === undefined || slot !== this.firstSlot + this.#doneCount) return false;
    range.client.onValues(range.firstIndex + this.#doneCount, values);
    range.owner.onSettled(values.length);
    this.#doneCount += values.length;
    this.release(values.length);
    return true;
  }

  /** The jobs by their places in the page; each item has its own from here on. */
  jobs(): (Job | undefined)[] {
    const range = this.#range;
    if (range === undefined) return this.#jobs;
    this.#range = undefined;
    this.#jobs = new Array(this.#doneCount).fill(undefined);
    for (const job of range.jobs(this.#doneCount)) job.slot = this.firstSlot + this.#jobs.push(job) - 1;
    return this.#jobs;
  }

  /** The job in `slot`, if that is no longer part of a range. */
  ownJobAt(slot: number): Job | undefined {
    return this.#range === undefined ? this.#jobs[slot - this.firstSlot] : undefined;
  }

  /** Takes the job in `slot` out. */
  forget(slot: number): void {
    this.jobs()[slot - this.firstSlot] = undefined;
  }

  /** The worker is done with so many more slots, whose jobs were taken out. */
  release(count: number): void {
    this.#openCount -= count;
    if (this.#openCount > 0) return;
    this.#range = undefined;
    this.#jobs = [];
    this.usedCount = 0;
    this.number = -1;
  }
}
