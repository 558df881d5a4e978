import type { MaybePromise } from "../../call/maybe_promise.ts";
import type { CacheBackend, CacheEntry } from "./cache_backend.ts";
import { hasLocks, lendLocks, type LockingBackend } from "./lock_methods.ts";
import { isTiered } from "./tiered_backend.ts";

/** A backend that was closed is opened anew when it is used again. */
export class ReopeningBackend implements CacheBackend {
  /** Is called where it is closed. */
  onClose: (() => void) | undefined = undefined;
  readonly #open: () => CacheBackend;
  readonly #close: () => MaybePromise<void>;
  #backend: CacheBackend | undefined = undefined;

  /** Uses what `open` returns until it is closed, which `close` does; all that it returns are like `backend`. */
  constructor(backend: CacheBackend, open: () => CacheBackend, close: () => MaybePromise<void>) {
    this.#open = open;
    this.#close = close;
    if (!hasLocks(backend)) return;
    const watch: CacheBackend["watch"] = (listener) => this.opened.watch!(listener);
    lendLocks(this, (ask) => ask(this.opened as LockingBackend), backend.watch && watch);
  }

  /** The backend that is open now. */
  get opened(): CacheBackend {
    return this.#backend ??= this.#open();
  }

  get(key: string): MaybePromise<CacheEntry | undefined> {
    // Not by way of a getter, as it is a part of each hit.
    return (this.#backend ??= this.#open()).get(key);
  }

  set(key: string, entry: CacheEntry): MaybePromise<void> {
    return this.opened.set(key, entry);
  }

  delete(key: string): MaybePromise<boolean> {
    return this.opened.delete(key);
  }

  clear(prefix: string): MaybePromise<void> {
    return this.opened.clear(prefix);
  }

  close(): MaybePromise<void> {
    this.#backend = undefined;
    this.onClose?.();
    return this.#close();
  }
}

/**
 * The backend that `open` opens: it is opened now, and anew where it is used after a close. One of several tiers stays one,
 * whose tiers are opened and closed together.
 *
 * @param open Opens it.
 * @returns The backend.
 */
export function reopening(open: () => CacheBackend): CacheBackend {
  let backend: CacheBackend | undefined = open();
  const close = () => {
    const closing = backend;
    backend = undefined;
    return closing?.close?.();
  };
  return passing(backend, () => backend ??= open(), close);
}

/** `backend`, which `current` returns as it is now. */
function passing(
  backend: CacheBackend,
  current: () => CacheBackend,
  close: () => MaybePromise<void>,
): CacheBackend {
  if (!isTiered(backend)) return new ReopeningBackend(backend, current, close);
  const tiers = new Map(backend.tiers.map((tier, i) => [tier, passing(tier, () => tierOf(current(), i), close)]));
  return backend.withTiers((tier) => tiers.get(tier)!);
}

function tierOf(backend: CacheBackend, index: number): CacheBackend {
  return isTiered(backend) ? backend.tiers[index] ?? backend : backend;
}
