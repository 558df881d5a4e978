import type { Clock } from "../../time/clock.ts";
import { RedisError, toRedisError } from "./redis_error.ts";
import type { RedisCommand, RedisPort } from "./redis_port.ts";
import { type OwnedRedisClient, RedisSession } from "./redis_session.ts";

/** How a {@link RedisConnection} connects. */
export interface RedisConnectionSetup {
  /** Makes a client that does not reconnect by itself and does not queue. */
  readonly createClient: () => Promise<OwnedRedisClient>;
  /** The limit of connecting and signing in, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long the server may owe answers and give none, in milliseconds. */
  readonly replyTimeoutMs: number;
  /** Where time comes from. */
  readonly clock: Clock;
}

/**
 * The library's own connection. It is opened by the first command, and again by the first one after it was lost: so
 * there is nothing that tries to reconnect in the background and keeps a program alive, and what paces the commands
 * paces the connecting too. Commands wait together for one connection, and fail together.
 * A server that says that it will not do, as after a failover, loses the connection for that: the next one may find another.
 */
export class RedisConnection implements RedisPort {
  /** There is none. */
  readonly clientKeyPrefix = "";
  /** It is one. */
  readonly isOneServer = true;
  readonly #setup: RedisConnectionSetup;
  /** All that may still wait for answers; of them one takes commands. */
  readonly #sessions = new Set<RedisSession>();
  #session: RedisSession | undefined = undefined;
  #opening: Promise<RedisSession> | undefined = undefined;
  #giveUpOpening: ((reason: Error) => void) | undefined = undefined;
  #isClosed = false;

  /** A connection that is not open yet. */
  constructor(setup: RedisConnectionSetup) {
    this.#setup = setup;
  }

  /** Sends a command, over a new connection if there is none. */
  readonly send: RedisCommand = (...command) => {
    if (this.#session !== undefined) return this.#session.send(command);
    if (this.#isClosed) return Promise.reject(Object.assign(new Error("The connection is closed"), { code: "CLOSED" }));
    return this.#open().then((session) => session.send(command));
  };

  /** The one server holds every key. */
  readonly sendFor: RedisPort["sendFor"] = (_key, ...command) => this.send(...command);

  /** The one server. */
  nodes(): Promise<readonly RedisCommand[]> {
    return Promise.resolve([this.send]);
  }

  /** Ends the connection at once; what waits fails. */
  close(): void {
    this.#isClosed = true;
    this.#giveUpOpening?.(new RedisError("CONNECT", "CLOSED"));
    for (const session of this.#sessions) session.end("CLOSED");
    this.#sessions.clear();
    this.#session = undefined;
  }

  #open(): Promise<RedisSession> {
    return this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
  }

  async #connect(): Promise<RedisSession> {
    const client = await this.#setup.createClient();
    let session: RedisSession | undefined = undefined;
    let isLost = false;
    const forget = () => {
      if (this.#session === session) this.#session = undefined;
    };
    // Also after garbage, which leaves the connection open: the answers that follow would be those of other commands.
    client.on("error", (error) => {
      isLost = true;
      forget();
      if (session === undefined) this.#giveUpOpening?.(toRedisError("CONNECT", error));
      else session.end("ECONNRESET");
    });
    await this.#connectInTime(client);
    if (isLost || this.#isClosed) {
      client.destroy();
      throw new RedisError("CONNECT", this.#isClosed ? "CLOSED" : "ECONNRESET");
    }
    session = new RedisSession(client, this.#setup.clock, this.#setup.replyTimeoutMs, forget);
    for (const old of this.#sessions) if (old.isIdle) this.#sessions.delete(old);
    this.#sessions.add(session);
    return this.#session = session;
  }

  async #connectInTime(client: OwnedRedisClient): Promise<void> {
    const { clock, connectTimeoutMs } = this.#setup;
    const { promise, reject } = Promise.withResolvers<never>();
    this.#giveUpOpening = reject;
    if (this.#isClosed) reject(new RedisError("CONNECT", "CLOSED"));
    const timer = clock.setTimer(connectTimeoutMs, () => reject(new RedisError("CONNECT", "ETIMEDOUT")));
    const connected = client.connect();
    try {
      await Promise.race([connected, promise]);
    } catch (error) {
      // A connection that comes about after all is released, too.
      connected.then(() => client.destroy(), () => {});
      client.destroy();
      throw toRedisError("CONNECT", error);
    } finally {
      this.#giveUpOpening = undefined;
      timer.cancel();
    }
  }
}
