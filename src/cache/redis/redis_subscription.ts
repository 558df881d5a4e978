import { setHousekeepingTimer } from "../../runtime/housekeeping_timer.ts";
import type { OwnedRedisClient } from "./redis_session.ts";

/** A client that can be given to a subscription. */
export interface SubscribingClient extends OwnedRedisClient {
  subscribe?(channel: string, listener: (message: string) => void): Promise<unknown>;
}

/** What is subscribed to, and how. */
export interface SubscriptionSetup {
  readonly channel: string;
  readonly createClient: () => Promise<SubscribingClient>;
  /** Whether a subscription that was lost is to be made again. */
  readonly isWanted: () => boolean;
  readonly onMessage: (message: string) => void;
  /** Is called where messages may have been missed: when the subscription was made, or lost. */
  readonly onGap?: () => void;
}

/** A subscription that was lost is made again after this time, while it is wanted. */
const AGAIN_MS = 1_000;

/** A subscription to a channel over a connection of its own, which keeps no program alive. */
export class RedisSubscription {
  readonly #setup: SubscriptionSetup;
  #client: SubscribingClient | undefined = undefined;
  #isConnecting = false;
  #isClosed = false;
  #cancelRetry: (() => void) | undefined = undefined;

  /** Nothing is subscribed to yet. */
  constructor(setup: SubscriptionSetup) {
    this.#setup = setup;
  }

  /** Subscribes, unless that is done, or is about to be. */
  async open(): Promise<void> {
    if (this.#client !== undefined || this.#isConnecting || this.#isClosed || this.#cancelRetry !== undefined) return;
    this.#isConnecting = true;
    let client: SubscribingClient | undefined;
    try {
      client = await this.#setup.createClient();
      const opened = client;
      client.on("error", () => this.#lose(opened));
      await client.connect();
      client.unref();
      await client.subscribe?.(this.#setup.channel, this.#setup.onMessage);
      if (this.#isClosed) client.destroy();
      else {
        this.#client = client;
        this.#setup.onGap?.();
      }
    } catch {
      if (client !== undefined) destroy(client);
      this.#retry();
    } finally {
      this.#isConnecting = false;
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#client?.destroy();
    this.#client = undefined;
  }

  #lose(client: SubscribingClient): void {
    destroy(client);
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#retry();
    this.#setup.onGap?.();
  }

  #retry(): void {
    if (this.#isClosed) return;
    this.#cancelRetry ??= setHousekeepingTimer(AGAIN_MS, () => {
      this.#cancelRetry = undefined;
      if (this.#setup.isWanted()) this.open();
    });
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
