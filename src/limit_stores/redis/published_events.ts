import type { OwnedRedisClient } from "../../cache/redis/redis_session.ts";
import { setHousekeepingTimer } from "../../runtime/housekeeping_timer.ts";
import type { Clock } from "../../time/clock.ts";
import { type LimitEvents, pauseOf } from "../limit_events.ts";

/** A client that can be given to a subscription. */
interface SubscribingClient extends OwnedRedisClient {
  subscribe?(channel: string, listener: (message: string) => void): Promise<unknown>;
}

/** What is subscribed to, and how. */
export interface PublishedSetup {
  readonly channel: string;
  readonly createClient: () => Promise<SubscribingClient>;
  /** The latest event of a limit: other databases of the server have the same channel. */
  readonly readEvent: (key: string) => Promise<string | undefined>;
  readonly clock: Clock;
}

/** A subscription that was lost is made again after this time, while there is something to watch. */
const AGAIN_MS = 1_000;

/** Is sent events, over a connection of its own, which keeps no program alive. It is made when something is first watched. */
export class PublishedEvents implements LimitEvents {
  readonly #setup: PublishedSetup;
  readonly #watched = new Map<string, Set<(forMs: number) => void>>();
  #client: SubscribingClient | undefined = undefined;
  #isConnecting = false;
  #isClosed = false;
  #cancelRetry: (() => void) | undefined = undefined;

  /** Nothing is subscribed to yet. */
  constructor(setup: PublishedSetup) {
    this.#setup = setup;
  }

  /** Calls `onPause` with what happens from now on. */
  watch(key: string, onPause: (forMs: number) => void): () => void {
    const listeners = this.#watched.get(key) ?? new Set();
    this.#watched.set(key, listeners.add(onPause));
    this.#connect();
    return () => {
      listeners.delete(onPause);
      if (listeners.size === 0) this.#watched.delete(key);
    };
  }

  /** Ends the connection. */
  close(): void {
    this.#isClosed = true;
    this.#watched.clear();
    this.#cancelRetry?.();
    this.#client?.destroy();
    this.#client = undefined;
  }

  async #connect(): Promise<void> {
    if (this.#client !== undefined || this.#isConnecting || this.#isClosed || this.#cancelRetry !== undefined) return;
    this.#isConnecting = true;
    let client: SubscribingClient | undefined;
    try {
      client = await this.#setup.createClient();
      const opened = client;
      client.on("error", () => this.#lose(opened));
      await client.connect();
      client.unref();
      await client.subscribe?.(this.#setup.channel, (message) => void this.#onMessage(message));
      if (this.#isClosed) client.destroy();
      else this.#client = client;
    } catch {
      if (client !== undefined) destroy(client);
      this.#retry();
    } finally {
      this.#isConnecting = false;
    }
  }

  #lose(client: SubscribingClient): void {
    destroy(client);
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#retry();
  }

  #retry(): void {
    if (this.#isClosed) return;
    this.#cancelRetry ??= setHousekeepingTimer(AGAIN_MS, () => {
      this.#cancelRetry = undefined;
      if (this.#watched.size > 0) this.#connect();
    });
  }

  async #onMessage(message: string): Promise<void> {
    const end = message.lastIndexOf("\n");
    const [key, event] = [message.slice(0, end), message.slice(end + 1)];
    if (!this.#watched.has(key)) return;
    try {
      if (await this.#setup.readEvent(key) !== event) return;
    } catch {
      return; // The next booking finds out.
    }
    for (const onPause of [...this.#watched.get(key) ?? []]) onPause(pauseOf(event));
  }
}

/** One that was destroyed, or never connected, throws. */
function destroy(client: OwnedRedisClient): void {
  try {
    client.destroy();
  } catch {
    // It is closed.
  }
}
