/** One that waits; it may leave from anywhere in the line. */
export class Waiter {
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  isWaiting = true;
  /** Lets it go on; it is given the number of its start. */
  readonly start: (ticket: number) => void;

  /** One that is not in a line yet. */
  constructor(start: (ticket: number) => void) {
    this.start = start;
  }
}

/** Those who wait, the longest waiting first. To come, to go and to leave cost the same, however many wait. */
export class WaitingLine {
  #first: Waiter | undefined = undefined;
  #last: Waiter | undefined = undefined;
  #length = 0;

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  /** Whose turn it is. */
  get first(): Waiter | undefined {
    return this.#first;
  }

  /** Puts `waiter` at the end. */
  add(waiter: Waiter): void {
    waiter.previous = this.#last;
    if (this.#last === undefined) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.#length++;
  }

  /** Takes `waiter` out; one who is out already stays out. */
  remove(waiter: Waiter): void {
    if (!waiter.isWaiting) return;
    waiter.isWaiting = false;
    const { previous, next } = waiter;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    waiter.previous = waiter.next = undefined;
    this.#length--;
  }
}
