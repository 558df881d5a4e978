import type { CacheBackend, CacheEntry } from "../../src/cache/backend/cache_backend.ts";
import type { MaybePromise } from "../../src/call/maybe_promise.ts";
import type { Clock } from "../../src/time/clock.ts";

/** How an operation goes wrong. */
export type Fault = "throws" | "rejects" | "hangs" | "is slow" | "is too slow" | "answers nonsense";

/** All of them. */
export const FAULTS: readonly Fault[] = ["throws", "rejects", "hangs", "is slow", "is too slow", "answers nonsense"];

const NONSENSE: readonly unknown[] = [null, 1, "entry", [], {}, { value: 1 }, {
  createdAt: 1,
  expiresAt: 1,
  staleUntil: 1,
}, {
  value: 1,
  createdAt: NaN,
  expiresAt: "1",
  staleUntil: {},
}];

/** What goes wrong, and when. */
export interface ChaosOptions {
  readonly fault: Fault;
  /** The first operation that goes wrong, from 0. */
  readonly from: number;
  /** How many go wrong. */
  readonly count: number;
  /** Whether what goes right is answered with a promise. */
  readonly isAsync: boolean;
  readonly clock: Clock;
}

/** A backend in memory some of whose operations go wrong. */
export class ChaosBackend implements CacheBackend {
  readonly #entries = new Map<string, CacheEntry>();
  readonly #options: ChaosOptions;
  /** How many operations were asked for. */
  operations = 0;

  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  get(key: string): MaybePromise<CacheEntry | undefined> {
    return this.#operate(() => this.#entries.get(key));
  }

  set(key: string, entry: CacheEntry): MaybePromise<void> {
    return this.#operate(() => void this.#entries.set(key, entry));
  }

  delete(key: string): MaybePromise<boolean> {
    return this.#operate(() => this.#entries.delete(key));
  }

  clear(prefix: string): MaybePromise<void> {
    return this.#operate(() => {
      for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
    });
  }

  #operate<R>(act: () => R): MaybePromise<R> {
    const { from, count, isAsync } = this.#options;
    const place = this.operations++ - from;
    if (place >= 0 && place < count) return this.#goWrong(act, place);
    return isAsync ? Promise.resolve().then(act) : act();
  }

  #goWrong<R>(act: () => R, place: number): MaybePromise<R> {
    const { fault, clock, isAsync } = this.#options;
    switch (fault) {
      case "throws":
        throw new Error("secret");
      case "rejects":
        return Promise.reject(new Error("secret"));
      case "hangs":
        return new Promise(() => {});
      case "is slow":
        return clock.sleep(100).then(act);
      case "is too slow":
        return clock.sleep(1_000).then(act);
      case "answers nonsense": {
        const nonsense = NONSENSE[place % NONSENSE.length] as R;
        return isAsync ? Promise.resolve(nonsense) : nonsense;
      }
    }
  }
}
