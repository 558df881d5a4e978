import type { Clock, Timer } from "../time/clock.ts";
import { type LimitEvents, pauseOf } from "./limit_events.ts";

/** So often it is asked whether a limit is paused. */
const POLL_MS = 25;

/** What is watched. */
interface Watched {
  readonly key: string;
  readonly onPause: (forMs: number) => void;
  /** The latest event that is known; `undefined` before the first answer. */
  latest: string | undefined;
  isAsked: boolean;
}

/** Asks for events again and again, where none are sent. */
export class PolledEvents implements LimitEvents {
  readonly #read: (key: string) => Promise<string | undefined>;
  readonly #clock: Clock;
  readonly #watched = new Set<Watched>();
  #timer: Timer | undefined = undefined;

  /** `read` answers the latest event of a limit: a text that begins with its time, and ends with the length of the pause. */
  constructor(read: (key: string) => Promise<string | undefined>, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** Calls `onPause` with what happens from now on. */
  watch(key: string, onPause: (forMs: number) => void): () => void {
    const watched = { key, onPause, latest: undefined, isAsked: false };
    this.#watched.add(watched);
    this.#ask(watched);
    this.#timer ??= this.#clock.setTimer(POLL_MS, () => this.#poll());
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size === 0) this.close();
    };
  }

  /** Ends all watching. */
  close(): void {
    this.#watched.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #poll(): void {
    for (const watched of this.#watched) this.#ask(watched);
    this.#timer = this.#clock.setTimer(POLL_MS, () => this.#poll());
  }

  async #ask(watched: Watched): Promise<void> {
    if (watched.isAsked) return;
    watched.isAsked = true;
    try {
      const event = await this.#read(watched.key) ?? "";
      const before = watched.latest;
      watched.latest = event;
      if (before === undefined || event === before || event === "" || !this.#watched.has(watched)) return;
      watched.onPause(pauseOf(event));
    } catch {
      // The next booking finds out.
    } finally {
      watched.isAsked = false;
    }
  }
}
