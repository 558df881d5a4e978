import { hasRedisServer, RedisServer } from "../../tests/support/redis_server.ts";

const KILL_EVERY_MS = 30_000;
const DOWN_MS = 2_000;

/** A Redis server that is killed twice a minute, and starts again empty. */
export class KilledRedis {
  readonly #server: RedisServer;
  #killedMs: number = performance.now();
  #restart: Promise<void> = Promise.resolve();

  private constructor(server: RedisServer) {
    this.#server = server;
  }

  /** Starts one; `undefined` where there is no `redis-server`. */
  static async start(): Promise<KilledRedis | undefined> {
    return hasRedisServer ? new KilledRedis(await RedisServer.start()) : undefined;
  }

  /** Where it is. */
  get url(): string {
    return this.#server.url;
  }

  /** Kills it where it is time to; `true` if it did. */
  async killInTime(): Promise<boolean> {
    if (performance.now() - this.#killedMs < KILL_EVERY_MS) return false;
    this.#killedMs = performance.now();
    await this.#server.kill();
    this.#restart = new Promise((resolve) => setTimeout(resolve, DOWN_MS)).then(() => this.#server.restart());
    return true;
  }

  /** Ends it. */
  async close(): Promise<void> {
    await this.#restart;
    await this.#server[Symbol.asyncDispose]();
  }
}
