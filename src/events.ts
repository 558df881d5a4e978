import { reportSafely } from "./internal/report_safely.ts";

/** Takes a listener off again; a second call does nothing. */
export type Unsubscribe = () => void;

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
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>();

  /** Calls `listener` for each event `name`. A listener that throws or rejects changes nothing. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): Unsubscribe {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // Wrapped, so that one function registered twice is called twice and taken off once.
    const entry = (event: Events[Name]) => listener(event);
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
    };
  }

  /** Whether anybody listens at all: asked on every call, so it is one comparison. */
  get isOn(): boolean {
    return this.#listeners.size > 0;
  }

  /** Whether anybody listens to `name`, so that an event nobody wants is not made. */
  has(name: keyof Events): boolean {
    return this.#listeners.has(name);
  }

  /** Gives `event` to every listener of `name`. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      reportSafely(() => (listener as (event: Events[Name]) => unknown)(event));
    }
  }
}
