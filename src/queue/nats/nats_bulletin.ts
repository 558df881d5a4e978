import type { TaskAddress } from "../engine.ts";
import { bytesOf, type NatsClient, type NatsMessage } from "./nats_client.ts";
import type { NatsLayout, NatsNews } from "./nats_layout.ts";

/** The news of a task, which go by no stream: who does not listen when they come has missed them. */
export class NatsBulletin {
  readonly #client: NatsClient;
  readonly #layout: NatsLayout;
  readonly #address: TaskAddress;
  readonly #subscriptions: { unsubscribe(): void }[] = [];

  /** The news of the task at `address`. */
  constructor(client: NatsClient, layout: NatsLayout, address: TaskAddress) {
    this.#client = client;
    this.#layout = layout;
    this.#address = address;
  }

  /** Sends news; where that is not possible now, they are missed. */
  publish(news: NatsNews, payload: Uint8Array | string = ""): void {
    try {
      this.#client.publish(this.#layout.news(this.#address, news), payload);
    } catch {
      // The connection was closed, and with it those lines that wait for news.
    }
  }

  /** Calls `listener` with each payload that is published from now on. */
  listen(news: NatsNews, listener: (payload: Uint8Array) => void): void {
    const callback = (error: Error | null, message: NatsMessage) => {
      if (error === null) listener(bytesOf(message));
    };
    this.#subscriptions.push(this.#client.subscribe(this.#layout.news(this.#address, news), { callback }));
  }

  /** Listens no more. */
  close(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
  }
}
