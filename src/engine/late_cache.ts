import type { LayerHost } from "../attempt/layer_host.ts";
import type { CacheStats } from "../cache/results/cache_account.ts";
import type { FlightOptions } from "../cache/results/flight_waits.ts";
import type { Call } from "../call/call.ts";
import type { Handler } from "../call/layer.ts";
import { type CachePlace, cachePlace, type FunctionCache, type FunctionCacheParts } from "./cache_place.ts";
import { cacheModule } from "./cache_module.ts";

/** What a cache has done that has not been opened. */
const NO_STATS: CacheStats = { hits: 0, misses: 0, stale: 0, coalesced: 0, writes: 0, errors: 0 };

/**
 * The cache that the options ask for. Its code is loaded from now on, where it is not there yet; the first calls wait
 * for it, and `onOpen` is called once it is there.
 *
 * @param parts The function, its options and its instance.
 * @param onOpen Is called where the code comes later.
 * @returns The cache, which can be asked at once.
 * @throws {ConfigurationError} If the configuration of the backend is wrong, or it is not there.
 */
export function functionCache(parts: FunctionCacheParts, onOpen: () => void): FunctionCache {
  const place = cachePlace(parts);
  const { loaded } = cacheModule;
  return loaded === undefined ? new LateCache(parts, place, onOpen) : loaded.openFunctionCache(parts, place);
}

/** A cache whose code is still on its way. What is asked for meanwhile is done in its order. */
class LateCache implements FunctionCache {
  readonly #parts: FunctionCacheParts;
  readonly #place: CachePlace;
  readonly #onOpen: () => void;
  #opening: Promise<FunctionCache> | undefined = undefined;
  #cache: FunctionCache | undefined = undefined;

  constructor(parts: FunctionCacheParts, place: CachePlace, onOpen: () => void) {
    this.#parts = parts;
    this.#place = place;
    this.#onOpen = onOpen;
    // Whoever calls the function hears of a failure, and tries again.
    this.#opened().catch(() => {});
    parts.registry.openCachesWith(() => this.#opened());
  }

  async get(self: unknown, args: readonly unknown[]): Promise<unknown> {
    return await (await this.#opened()).get(self, args);
  }

  async has(self: unknown, args: readonly unknown[]): Promise<boolean> {
    return await (await this.#opened()).has(self, args);
  }

  async set(self: unknown, args: readonly unknown[], value: unknown): Promise<void> {
    await (await this.#opened()).set(self, args, value);
  }

  async delete(self: unknown, args: readonly unknown[]): Promise<boolean> {
    return await (await this.#opened()).delete(self, args);
  }

  async clear(): Promise<void> {
    await (await this.#opened()).clear();
  }

  stats(): CacheStats {
    return this.#cache?.stats() ?? { ...NO_STATS };
  }

  serve(next: Handler, host: LayerHost, options: FlightOptions, mode?: "refresh"): Handler {
    if (this.#cache !== undefined) return this.#cache.serve(next, host, options, mode);
    let handler: Handler | undefined;
    const first = async (call: Call) => {
      const cache = await this.#opened();
      handler ??= cache.serve(next, host, options, mode);
      return await handler(call);
    };
    return (call) => handler === undefined ? first(call) : handler(call);
  }

  #opened(): Promise<FunctionCache> {
    return this.#opening ??= this.#open();
  }

  async #open(): Promise<FunctionCache> {
    try {
      const { openFunctionCache } = await cacheModule.load();
      this.#cache = openFunctionCache(this.#parts, this.#place);
      this.#onOpen();
      return this.#cache;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}
