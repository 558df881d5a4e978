/** A signal that counts the listeners on it. */
export class CountedSignal {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #listeners = new Set<unknown>();
  /** The most there were at one time. */
  most = 0;

  constructor() {
    this.signal = this.#controller.signal;
    const { addEventListener, removeEventListener } = this.signal;
    this.signal.addEventListener = (...args: unknown[]) => {
      this.#listeners.add(args[1]);
      this.most = Math.max(this.most, this.#listeners.size);
      addEventListener.apply(this.signal, args as never);
    };
    this.signal.removeEventListener = (...args: unknown[]) => {
      this.#listeners.delete(args[1]);
      removeEventListener.apply(this.signal, args as never);
    };
  }

  /** How many there are now. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Aborts; listeners that are called once are gone with that. */
  abort(reason: unknown): void {
    this.#listeners.clear();
    this.#controller.abort(reason);
  }
}
