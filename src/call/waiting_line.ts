import { keepShape } from "../runtime/kept_shape.ts";

class Waiter<Start> {
  previous: Waiter<Start> | undefined = undefined;
  next: Waiter<Start> | undefined = undefined;
  isWaiting = true;
  readonly start: Start;

  constructor(start: Start) {
    this.start = start;
  }
}

/**
 * Those who wait, the longest waiting first, each with what lets it continue. To come, to go and to leave cost the same,
 * however many wait.
 */
export class WaitingLine<Start> {
  #first: Waiter<Start> | undefined = undefined;
  #last: Waiter<Start> | undefined = undefined;
  /** How many wait. */
  length = 0;

  /** The one whose turn is next. */
  get first(): Start | undefined {
    return this.#first?.start;
  }

  /** Puts `start` at the end; the answer takes it out, from wherever it is by then, and says whether it was there. */
  add(start: Start): () => boolean {
    const waiter = new Waiter(start);
    waiter.previous = this.#last;
    if (this.#last === undefined) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.length++;
    return () => this.#remove(waiter);
  }

  /** Takes out the one whose turn it is. */
  take(): Start | undefined {
    const first = this.#first;
    if (first !== undefined) this.#remove(first);
    return first?.start;
  }

  /** Shows all to `visit`; each may leave. */
  forEach(visit: (start: Start) => void): void {
    for (let waiter = this.#first; waiter !== undefined;) {
      const { next, start } = waiter;
      visit(start);
      waiter = next;
    }
  }

  /** Shows those from place `from` on to `visit`, until it returns `false`; none of them may leave meanwhile. */
  visitFrom(from: number, visit: (start: Start) => boolean): void {
    let waiter = this.#first;
    for (; from > 0 && waiter !== undefined; from--) waiter = waiter.next;
    while (waiter !== undefined && visit(waiter.start)) waiter = waiter.next;
  }

  #remove(waiter: Waiter<Start>): boolean {
    if (!waiter.isWaiting) return false;
    waiter.isWaiting = false;
    const { previous, next } = waiter;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    waiter.previous = waiter.next = undefined;
    this.length--;
    return true;
  }
}

keepShape(new Waiter(() => {}));
