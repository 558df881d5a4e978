import { type Engine, type Mapped, type OnError, opmap, type OpmapOptions } from "@opero/core";
import { natsEngine } from "@opero/core/nats";
import { redisEngine } from "@opero/core/redis";

const ENGINES: Readonly<Record<string, (url: string) => Engine>> = {
  "nats:": (url) => natsEngine({ servers: url }),
  "redis:": (url) => redisEngine({ url }),
};

/** The name of the queue of the peer. */
export const QUEUE = "tiny";

/**
 * What is done with an item, by all that are compared.
 *
 * @param n The item.
 * @returns Its result.
 */
// deno-lint-ignore require-await -- stands for a function that loads something
export async function work(n: number): Promise<number> {
  return n + 1;
}

/** A map over a broker. */
export interface TinyMap extends AsyncDisposable {
  readonly map: Mapped<void, number, number, OnError>;
}

/**
 * A map of {@link work} over the broker at a URL.
 *
 * @param url Where it is.
 * @param options More options of the map.
 * @returns The map, and what closes it.
 */
export function openTinyMap(url: string, options: OpmapOptions<number, number, OnError> = {}): TinyMap {
  const engine = ENGINES[new URL(url).protocol]!(url);
  const map = opmap(work, { ...options, mode: "cluster", engine, task: "tiny", progress: false });
  const close = async () => {
    await map.close();
    await engine.close();
  };
  return { map, [Symbol.asyncDispose]: close };
}
