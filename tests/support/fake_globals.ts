/**
 * What a test may fake: all that tells the time, what leaves `performance` alone, or only the timers. Those of the second
 * kind throw once they are over, as Deno's `FakeTime` does.
 */
export type FakedParts = "all" | "date and timers" | "timers";

interface FakeTimer {
  readonly id: number;
  readonly dueMs: number;
  readonly callback: () => void;
}

const NAMES = ["performance", "Date", "setTimeout", "clearTimeout", "setImmediate", "queueMicrotask"] as const;

const PARTS: Readonly<Record<FakedParts, readonly (typeof NAMES)[number][]>> = {
  "all": NAMES,
  "date and timers": ["Date", "setTimeout", "clearTimeout"],
  "timers": ["setTimeout", "clearTimeout"],
};

const { setImmediate: ownImmediate } = globalThis as unknown as { setImmediate(callback: () => void): void };

/**
 * Puts fakes in the place of globals, as test runners do: time stands still until it is told to go on. The monotonic
 * time begins at 0, and the ids of timers are numbers that the runtime may use as well.
 */
export class FakeGlobals implements Disposable {
  #nowMs = 0;
  #ids = 0;
  readonly #wallMs = Date.now();
  readonly #timers = new Map<number, FakeTimer>();
  readonly #saved = new Map<string, PropertyDescriptor>();
  readonly #throwsWhenOver: boolean;
  #isOver = false;

  /** Fakes that are in place from now until disposed of. */
  constructor(parts: FakedParts) {
    this.#throwsWhenOver = parts === "date and timers";
    const fakes = this.#fakes();
    for (const name of PARTS[parts]) {
      this.#saved.set(name, Object.getOwnPropertyDescriptor(globalThis, name)!);
      Object.defineProperty(globalThis, name, { value: fakes[name], configurable: true, writable: true });
    }
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Goes on by `ms` within this turn. */
  tickSync(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let timer = this.#nextDue(untilMs); timer !== undefined; timer = this.#nextDue(untilMs)) this.#fire(timer);
    this.#nowMs = untilMs;
  }

  /** Goes on by `ms`, with real turns of the event loop before and after each timer. */
  async tick(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.turns();
    for (let timer = this.#nextDue(untilMs); timer !== undefined; timer = this.#nextDue(untilMs)) {
      this.#fire(timer);
      await this.turns();
    }
    this.#nowMs = untilMs;
  }

  /** Two of the runtime's own turns, whatever is faked. */
  turns(): Promise<void> {
    return new Promise((resolve) => ownImmediate(() => ownImmediate(resolve)));
  }

  /** Goes on by `ms` in which this thread is busy: what is due then fires in the next tick. */
  block(ms: number): void {
    this.#nowMs += ms;
  }

  /** Puts the runtime's own back. What is pending never fires. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const [name, descriptor] of this.#saved) Object.defineProperty(globalThis, name, descriptor);
  }

  #fakes(): Record<(typeof NAMES)[number], unknown> {
    const now = () => this.#nowMs;
    const wallNow = () => this.#wallMs + this.#nowMs;
    const OwnDate = Date;
    class FakeDate extends OwnDate {
      constructor(...args: []) {
        super(...(args.length === 0 ? [wallNow()] as unknown as [] : args));
      }
      static override now = wallNow;
    }
    const setTimeout = Object.assign((callback: () => void, ms = 0) => this.#set(callback, ms), { clock: {} });
    const setImmediate = Object.assign((callback: () => void) => this.#set(callback, 0), { clock: {} });
    const clearTimeout = (id: number) => this.#clear(id);
    const queueMicrotask = setImmediate;
    return { performance: { now }, Date: FakeDate, setTimeout, clearTimeout, setImmediate, queueMicrotask };
  }

  #clear(id: number): void {
    this.#requireFaked();
    this.#timers.delete(id);
  }

  #requireFaked(): void {
    if (this.#isOver && this.#throwsWhenOver) throw new Error("The time is not faked");
  }

  #set(callback: () => void, ms: number): number {
    this.#requireFaked();
    const id = ++this.#ids;
    this.#timers.set(id, { id, dueMs: this.#nowMs + Math.trunc(Math.min(Math.max(ms, 0), 2 ** 31 - 1)), callback });
    return id;
  }

  #nextDue(untilMs: number): FakeTimer | undefined {
    return [...this.#timers.values()].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  #fire(timer: FakeTimer): void {
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    this.#timers.delete(timer.id);
    timer.callback();
  }
}
