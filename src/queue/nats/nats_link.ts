import type { NatsClient, NatsManager, NatsPublisher } from "./nats_client.ts";
import { natsAddress, type NatsEngineConfig } from "./nats_config.ts";
import { endedError, isDenial, NatsError, toNatsError } from "./nats_error.ts";
import { loadJetStream, loadTransport } from "./nats_modules.ts";

/** A connection, with what speaks to JetStream over it. */
export interface NatsSession {
  /** The connection. */
  readonly client: NatsClient;
  /** Makes and looks at streams. */
  readonly manager: NatsManager;
  /** Publishes to streams. */
  readonly publisher: NatsPublisher;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 2_000;

/** Defaults, which may be given otherwise: a server that is gone silently is noticed within a minute. */
const CONNECTING = { name: "opero", timeout: 5_000, pingInterval: 20_000, noAsyncTraces: true } as const;

/** What no option changes: it connects again without an end, after a refused sign-in too, as credentials may be on their way. */
const WITHOUT_END = { reconnect: true, maxReconnectAttempts: -1, ignoreAuthErrorAbort: true } as const;

/** What a method says at once where the connection is gone: the client itself would keep what it is given, and be silent. */
const LOST = "the connection was lost";

/** The connection of an engine, which all its lines share: opened with the first line, closed with the last. */
export class NatsLink {
  readonly #config: NatsEngineConfig;
  readonly #random: () => number;
  readonly #listeners = new Set<() => void>();
  #opening: Promise<NatsSession> | undefined = undefined;
  #isLost = false;
  #denied: Error | undefined = undefined;
  #failures = 0;
  #lines = 0;

  /** A link that is not open yet. */
  constructor(config: NatsEngineConfig, random: () => number) {
    this.#config = config;
    this.#random = random;
  }

  /** Holds the connection for a line, until it is released; rejects where there is none to be had now. */
  async acquire(): Promise<NatsSession> {
    this.#lines++;
    const opening = this.#opening ??= this.#open();
    try {
      const session = await opening;
      if (session.client.isClosed()) throw this.#closedError();
      return session;
    } catch (error) {
      this.#lines--;
      if (this.#opening === opening) this.#opening = undefined;
      throw toNatsError("connect", error);
    }
  }

  /** Ends what a line held; the last one ends the connection, so that it does not keep the program alive. */
  async release(): Promise<void> {
    if (--this.#lines > 0 || this.#config.connection !== undefined) return;
    const opening = this.#opening;
    this.#opening = undefined;
    this.#isLost = false;
    await (await opening?.catch(() => undefined))?.client.close();
  }

  /** Does `work`, whose error is made one of the library's own; rejects at once where the connection is, or gets, lost. */
  async use<R>(task: string, work: () => Promise<R>): Promise<R> {
    if (this.#isLost) throw new NatsError(task, LOST);
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = this.onLoss(() => reject(new NatsError(task, LOST)));
    try {
      this.#throwDenied();
      return await Promise.race([work(), promise]);
    } catch (error) {
      throw toNatsError(task, error);
    } finally {
      stop();
    }
  }

  /** Calls `listener` when the connection is lost: what waits for an answer gets none. Returns what stops it. */
  onLoss(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #open(): Promise<NatsSession> {
    const [client, { jetstreamManager }] = await Promise.all([this.#connect(), loadJetStream()]);
    const manager = await jetstreamManager(client, { checkAPI: false });
    void this.#watch(client);
    return { client, manager, publisher: manager.jetstream() };
  }

  async #connect(): Promise<NatsClient> {
    if (this.#config.connection !== undefined) return this.#config.connection;
    const { connect } = await loadTransport();
    const reconnectDelayHandler = () => this.#nextDelayMs();
    return await connect({ ...CONNECTING, reconnectDelayHandler, ...natsAddress(this.#config), ...WITHOUT_END });
  }

  /** Doubled from one attempt to the next, and up to a quarter shorter, so that workers do not all come back at once. */
  #nextDelayMs(): number {
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** this.#failures++, LONGEST_DELAY_MS);
    return delayMs * (0.75 + this.#random() / 4);
  }

  async #watch(client: NatsClient): Promise<void> {
    for await (const { type, error } of client.status()) {
      if (type === "disconnect") this.#lose();
      else if (type === "reconnect") [this.#isLost, this.#failures] = [false, 0];
      else if (isDenial(error)) this.#denied = error;
    }
  }

  /** What is denied of that which has no answer, news and the ends of leases, is said by the next that has one. */
  #throwDenied(): void {
    const denied = this.#denied;
    this.#denied = undefined;
    if (denied !== undefined) throw denied;
  }

  /** One of our own is opened anew by the next line. */
  #closedError(): Error {
    const isOwn = this.#config.connection === undefined;
    return isOwn ? new NatsError("connect", "the connection is closed") : endedError("connect");
  }

  #lose(): void {
    this.#isLost = true;
    for (const listener of [...this.#listeners]) listener();
  }
}
