import type { SlotBlock } from "./slot_block.ts";

/** All slots that were booked and are not used yet, the earliest first. */
export class SlotBlocks {
  #blocks: SlotBlock[] = [];
  /** How many there are. */
  length = 0;

  /** The block whose slot is next. */
  get first(): SlotBlock | undefined {
    return this.#blocks[0];
  }

  /** When the last of them comes, in milliseconds; `-Infinity` without one. */
  get lastMs(): number {
    const last = this.#blocks[this.#blocks.length - 1];
    return last === undefined ? -Infinity : last.atMs(last.length - 1);
  }

  /** Puts a block at its place. */
  add(block: SlotBlock): void {
    if (block.length === 0) return;
    let place = this.#blocks.length;
    while (place > 0 && this.#blocks[place - 1]!.atMs(0) > block.atMs(0)) place--;
    this.#blocks.splice(place, 0, block);
    this.length += block.length;
  }

  /** Uses the next slot. */
  take(): void {
    this.first!.take();
    this.length--;
    if (this.first!.length === 0) this.#blocks.shift();
  }

  /** Takes the block out whose slot is next. */
  takeBlock(): SlotBlock {
    const block = this.#blocks.shift()!;
    this.length -= block.length;
    return block;
  }

  /** Leaves out the last `count` slots; `onDropped` is called with their blocks. */
  drop(count: number, onDropped: (block: SlotBlock, count: number) => void): void {
    while (count > 0 && this.#blocks.length > 0) {
      const last = this.#blocks[this.#blocks.length - 1]!;
      const dropped = last.drop(count);
      count -= dropped;
      this.length -= dropped;
      if (last.length === 0) this.#blocks.pop();
      onDropped(last, dropped);
    }
  }

  /** Leaves out the blocks that begin before `ms`. */
  dropBefore(ms: number): void {
    this.#blocks = this.#blocks.filter((block) => block.atMs(0) >= ms);
    this.length = this.#blocks.reduce((sum, block) => sum + block.length, 0);
  }

  /** When slot `i` comes, in milliseconds. */
  atMs(i: number): number {
    for (const block of this.#blocks) {
      if (i < block.length) return block.atMs(i);
      i -= block.length;
    }
    return Infinity;
  }
}
