/** A frame should hold work for about this time, in milliseconds: it hides the way there and back. */
const FRAME_MS = 20;

/** The most items of a frame. */
const MAX_ITEMS = 256;

/** No frame has more items than there are slots, or than this: with twice the slots in flight, three frames are. */
const FEW_SLOTS = 64;

/** How many items travel together, learnt from how long they take. */
export class FrameSize {
  readonly #fixed: number | undefined;
  #itemMs: number | undefined = undefined;
  #size = 1;

  /** A size that grows from 1, or is `fixed`. */
  constructor(fixed: number | undefined) {
    this.#fixed = fixed === undefined ? undefined : Math.min(fixed, MAX_ITEMS);
  }

  /** How many items the next frame may hold, where all workers together run as many at once as they have `slots`. */
  among(slots: number): number {
    return this.#fixed ?? Math.min(this.#size, Math.max(slots, FEW_SLOTS));
  }

  /** Takes note that an item took `itemMs`. */
  record(itemMs: number): void {
    if (!(itemMs >= 0)) return;
    // Slower than thought counts at once: in a long frame, what is done waits for what is not.
    const isSlower = this.#itemMs === undefined || itemMs > this.#itemMs;
    this.#itemMs = isSlower ? itemMs : (this.#itemMs! + itemMs) / 2;
    const ideal = Math.max(1, Math.floor(FRAME_MS / Math.max(this.#itemMs, FRAME_MS / MAX_ITEMS)));
    this.#size = Math.min(ideal, this.#size * 2, MAX_ITEMS);
  }
}
