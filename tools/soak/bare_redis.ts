import { createClient } from "redis";

/** A server that could not be reached is left alone for so long. */
const REST_MS = 1_000;

type Client = ReturnType<typeof openClient>;

/** Texts in Redis over a client of `npm:redis`, with a new one for each that was lost. */
export class BareRedis {
  readonly #url: string;
  #client: Promise<Client> | undefined = undefined;
  #failedMs = -Infinity;

  /** Reaches the server at `url`. */
  constructor(url: string) {
    this.#url = url;
  }

  /** The answer to `command`; `undefined` where there is none. */
  async send(...command: string[]): Promise<unknown> {
    if (performance.now() - this.#failedMs < REST_MS) return undefined;
    try {
      const client = await (this.#client ??= this.#connect());
      return await client.sendCommand(command);
    } catch {
      this.#failedMs = performance.now();
      this.#client = undefined;
      return undefined;
    }
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    client?.destroy();
    this.#client = undefined;
  }

  async #connect(): Promise<Client> {
    const client = openClient(this.#url);
    client.on("error", () => this.#client = undefined);
    await client.connect();
    return client;
  }
}

/** With its own reconnecting, queueing and limits off, as the library has it. */
function openClient(url: string) {
  return createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    socket: { reconnectStrategy: false },
  });
}
