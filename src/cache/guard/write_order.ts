import type { Clock } from "../../time/clock.ts";
import { isPromise, type MaybePromise } from "../../call/maybe_promise.ts";

/** A change of a backend that is under way. */
interface Change {
  /** Ends with it, whatever it comes to. */
  readonly ended: Promise<void>;
  /** Whether something that came later did not wait for it any longer, so that what it may yet write is void. */
  isOvertaken: boolean;
}

/**
 * The order in which a backend is changed. Backends may take their time, so that what was begun first may end last: a
 * value that is being written must not come back after its key was removed. Changes of one key are made one after the
 * other, and a clear waits for the writes under way. One that hangs is waited for a while; should it end after all, its
 * key is removed once more, which is never wrong.
 */
export class WriteOrder {
  readonly #clock: Pick<Clock, "setTimer">;
  readonly #patienceMs: number;
  readonly #remove: (key: string) => MaybePromise<unknown>;
  readonly #latest = new Map<string, Change>();

  /** The order of the changes of one backend; `remove` takes a key out of it. */
  constructor(
    clock: Pick<Clock, "setTimer">,
    patienceMs: number,
    remove: (key: string) => MaybePromise<unknown>,
  ) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#remove = remove;
  }

  /** Whether `key` is being changed. */
  isBusy(key: string): boolean {
    return this.#latest.size > 0 && this.#latest.has(key);
  }

  /** Changes what is under `key`, in its turn; at once where nothing is under way. */
  change<R>(key: string, act: () => MaybePromise<R>): MaybePromise<R> {
    const before = this.#latest.size === 0 ? undefined : this.#latest.get(key);
    const acting = before === undefined ? act() : this.#waitFor(before).then(act);
    if (isPromise(acting)) this.#begin(key, acting);
    return acting;
  }

  /** Clears the keys that begin with `prefix`, once the writes that are under way have ended. */
  clear<R>(prefix: string, act: () => MaybePromise<R>): MaybePromise<R> {
    const waits: Promise<void>[] = [];
    for (const [key, change] of this.#latest) if (key.startsWith(prefix)) waits.push(this.#waitFor(change));
    return waits.length === 0 ? act() : Promise.all(waits).then(act);
  }

  #begin(key: string, acting: PromiseLike<unknown>): void {
    const end = () => {
      if (this.#latest.get(key) === change) this.#latest.delete(key);
      if (change.isOvertaken) this.#removeAgain(key);
    };
    const change: Change = { ended: Promise.resolve(acting).then(end, end), isOvertaken: false };
    this.#latest.set(key, change);
  }

  #waitFor(change: Change): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(this.#patienceMs, () => {
        change.isOvertaken = true;
        resolve();
      });
      change.ended.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #removeAgain(key: string): void {
    const ignore = () => {};
    try {
      const removing = this.change(key, () => this.#remove(key));
      if (isPromise(removing)) removing.then(ignore, ignore);
    } catch {
      // The backend is in trouble, and the next caller will learn of it.
    }
  }
}
