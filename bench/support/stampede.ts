import { createOpero, type OperoInstance } from "@opero/core";
import { redisCache } from "@opero/core/redis";

/** How many instances, each with what a process has: its connection, its flights, its subscription. */
const INSTANCES = 80;
const CALLS = 10;

/** How long the function takes, in milliseconds: longer than it takes all to ask. */
const TOOK_MS = 2_000;

let stampedes = 0;

/** Instances with connections to one server, which call the same function at the same time. */
export class Stampede {
  readonly #instances: readonly OperoInstance[];
  readonly #caches: readonly ReturnType<typeof redisCache>[];

  /** Nothing is connected yet. */
  constructor(url: string) {
    this.#caches = Array.from(
      { length: INSTANCES },
      () => redisCache({ url, connectTimeout: "1m", replyTimeout: "1m" }),
    );
    this.#instances = this.#caches.map(() => createOpero());
  }

  /** How often the function runs for one key that is not kept, which each instance asks for several times. */
  async executions(isLocked: boolean): Promise<number> {
    let runs = 0;
    const cacheId = `stampede ${stampedes++}`;
    const load = async (): Promise<number> => {
      runs++;
      await new Promise((resolve) => setTimeout(resolve, TOOK_MS));
      return runs;
    };
    const functions = this.#instances.map(({ opero }, i) =>
      opero(load, {
        cache: true,
        cacheId,
        cacheTtl: "1m",
        cacheBackend: this.#caches[i],
        cacheTimeout: "1m",
        connectTimeout: "1m",
        cacheLock: isLocked,
      })
    );
    await Promise.all(functions.map((fn) => fn.cache.has()));
    await Promise.all(functions.flatMap((fn) => Array.from({ length: CALLS }, () => fn())));
    return runs;
  }
}
