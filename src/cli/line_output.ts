/** So much is held before those who write have to wait. */
const MAX_HELD = 0x10000;

/** Writes lines to what takes a while: those that come meanwhile are written together. */
export class LineOutput {
  readonly #write: (text: string) => Promise<void>;
  readonly #onBroken: (error: unknown) => void;
  #held = "";
  #writing: Promise<void> | undefined = undefined;
  #isBroken = false;

  /** Writes by `write`; `onBroken` is called once, where that fails. Nothing is written after it. */
  constructor(write: (text: string) => Promise<void>, onBroken: (error: unknown) => void) {
    this.#write = write;
    this.#onBroken = onBroken;
  }

  /** Adds `lines`; the promise, if there is one, resolves once there is room for more. */
  add(lines: string): Promise<void> | undefined {
    if (this.#isBroken) return undefined;
    this.#held += lines;
    this.#writing ??= this.#writeHeld();
    return this.#held.length > MAX_HELD ? this.#writing : undefined;
  }

  /** Resolves once all was written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #writeHeld(): Promise<void> {
    // What comes in the same turn is written with the first line.
    await undefined;
    try {
      while (this.#held !== "") {
        const text = this.#held;
        this.#held = "";
        await this.#write(text);
      }
    } catch (error) {
      this.#isBroken = true;
      this.#held = "";
      this.#onBroken(error);
    } finally {
      this.#writing = undefined;
    }
  }
}
