import { renewTurn } from "../time/marked_turn.ts";
import { reportSafely } from "../runtime/report_safely.ts";
import { anyFunction, oneOf, wrongOption } from "../options/validate.ts";

/** Takes a listener off again; a second call does nothing. */
export type Unsubscribe = () => void;

interface Entry {
  /** Later ones have a higher number. */
  readonly number: number;
  readonly listener: (event: never) => unknown;
}

/**
 * Typed events. `Events` maps a name to what its listeners are given.
 *
 * @example
 * ```ts
 * import { createOpero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { opero, events } = createOpero();
 * const retries: number[] = [];
 * const off = events.on("retry", ({ retry }) => retries.push(retry));
 * let calls = 0;
 * await opero(() => {
 *   if (++calls < 3) throw new Error("not yet");
 * }, { minDelay: "1ms" })();
 * off();
 * assertEquals(retries, [1, 2]);
 * ```
 */
export class EventHub<Events> {
  readonly #names: readonly (keyof Events & string)[] | undefined;
  readonly #listeners = new Map<keyof Events, Set<Entry>>();
  #added = 0;
  #count = 0;

  /**
   * A hub without listeners. With `names`, listening to any other is an error, as it would never be called.
   *
   * @param names The names of all events.
   */
  constructor(names?: readonly (keyof Events & string)[]) {
    this.#names = names;
  }

  /**
   * Calls `listener` for each event `name` from the next on: one that is being given out does not reach it.
   * A listener that throws or rejects changes nothing.
   *
   * @param name The name of the event.
   * @param listener What is called with it.
   * @returns A function that takes the listener off, from that moment on.
   * @throws {ConfigurationError} If there is no event of that name, or `listener` is no function.
   */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): Unsubscribe {
    this.#check(name, listener);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // An object of its own, so that one function registered twice is called twice and taken off once.
    const entry: Entry = { number: ++this.#added, listener };
    listeners.add(entry);
    this.#count++;
    renewTurn();
    return () => {
      if (!listeners.delete(entry)) return;
      this.#count--;
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
    };
  }

  /** Whether there is any listener: asked on every call, so it is one comparison. */
  get isOn(): boolean {
    return this.#count > 0;
  }

  /**
   * Whether `name` has a listener, so that no event is made without one.
   *
   * @param name The name of the event.
   * @returns `true` if it has.
   */
  has(name: keyof Events): boolean {
    return this.#listeners.has(name);
  }

  /**
   * Gives `event` to every listener of `name` that was there before it, and still is when its turn comes.
   *
   * @param name The name of the event.
   * @param event What listeners are given.
   */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    const last = this.#added;
    for (const { number, listener } of this.#listeners.get(name) ?? []) {
      if (number > last) break;
      reportSafely(() => (listener as (event: Events[Name]) => unknown)(event));
    }
  }

  #check(name: keyof Events, listener: unknown): void {
    const task = "listen to an event";
    const names = this.#names;
    if (names !== undefined && !names.some((known) => known === name)) {
      throw wrongOption(task, "name", oneOf(names), name);
    }
    if (!anyFunction.accepts(listener)) throw wrongOption(task, "listener", anyFunction, listener);
  }
}
