import type { LazyModule } from "../../runtime/lazy_module.ts";
import type { MaybePromise } from "../../call/maybe_promise.ts";
import type { CacheBackend, CacheEntry } from "./cache_backend.ts";
import { lendLocks, type LockingBackend } from "./lock_methods.ts";

/** A backend whose code is loaded when it is first used. What its options have to be is checked before it is made. */
export class LateBackend<Module> implements CacheBackend {
  readonly #module: LazyModule<Module>;
  readonly #open: (module: Module) => CacheBackend;
  #backend: CacheBackend | undefined;

  /** The backend that `open` makes with what is in `module`, which may have locks. */
  constructor(module: LazyModule<Module>, open: (module: Module) => CacheBackend, canLock = false) {
    this.#module = module;
    this.#open = open;
    this.#backend = module.loaded && open(module.loaded);
    if (canLock) lendLocks(this, (ask) => this.#onceOpen((backend) => ask(backend as LockingBackend)));
  }

  get(key: string): MaybePromise<CacheEntry | undefined> {
    return this.#backend === undefined ? this.#onceOpen((backend) => backend.get(key)) : this.#backend.get(key);
  }

  set(key: string, entry: CacheEntry): MaybePromise<void> {
    return this.#backend === undefined
      ? this.#onceOpen((backend) => backend.set(key, entry))
      : this.#backend.set(key, entry);
  }

  delete(key: string): MaybePromise<boolean> {
    return this.#backend === undefined ? this.#onceOpen((backend) => backend.delete(key)) : this.#backend.delete(key);
  }

  clear(prefix: string): MaybePromise<void> {
    return this.#backend === undefined
      ? this.#onceOpen((backend) => backend.clear(prefix))
      : this.#backend.clear(prefix);
  }

  /** One that was never used is opened for it, so that it knows that it is closed. */
  close(): MaybePromise<void> {
    return this.#backend === undefined ? this.#onceOpen((backend) => backend.close?.()) : this.#backend.close?.();
  }

  /** Runs `use` once the code is loaded; uses that come before that run in their order. */
  async #onceOpen<R>(use: (backend: CacheBackend) => MaybePromise<R>): Promise<R> {
    const module = await this.#module.load();
    this.#backend ??= this.#open(module);
    return await use(this.#backend);
  }
}
