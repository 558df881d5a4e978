import { RedisSubscription, type SubscribingClient } from "../../cache/redis/redis_subscription.ts";
import { type LimitEvents, pauseOf } from "../limit_events.ts";

/** What is subscribed to, and how. */
export interface PublishedSetup {
  readonly channel: string;
  readonly createClient: () => Promise<SubscribingClient>;
  /** The latest event of a limit: other databases of the server have the same channel. */
  readonly readEvent: (key: string) => Promise<string | undefined>;
}

/** Is sent events, over a connection of its own, which keeps no program alive. It is made when something is first watched. */
export class PublishedEvents implements LimitEvents {
  readonly #readEvent: PublishedSetup["readEvent"];
  readonly #watched = new Map<string, Set<(forMs: number) => void>>();
  readonly #subscription: RedisSubscription;

  /** Nothing is subscribed to yet. */
  constructor({ channel, createClient, readEvent }: PublishedSetup) {
    this.#readEvent = readEvent;
    this.#subscription = new RedisSubscription({
      channel,
      createClient,
      isWanted: () => this.#watched.size > 0,
      onMessage: (message) => void this.#onMessage(message),
    });
  }

  /** Calls `onPause` with what happens from now on. */
  watch(key: string, onPause: (forMs: number) => void): () => void {
    const listeners = this.#watched.get(key) ?? new Set();
    this.#watched.set(key, listeners.add(onPause));
    this.#subscription.open();
    return () => {
      listeners.delete(onPause);
      if (listeners.size === 0) this.#watched.delete(key);
    };
  }

  /** Ends the connection. */
  close(): void {
    this.#watched.clear();
    this.#subscription.close();
  }

  async #onMessage(message: string): Promise<void> {
    const end = message.lastIndexOf("\n");
    const [key, event] = [message.slice(0, end), message.slice(end + 1)];
    if (!this.#watched.has(key)) return;
    try {
      if (await this.#readEvent(key) !== event) return;
    } catch {
      return; // The next booking finds out.
    }
    for (const onPause of [...this.#watched.get(key) ?? []]) onPause(pauseOf(event));
  }
}
