import type { Clock, Timer } from "../../clock.ts";

/** What is used of a client of node-redis that the library opened itself. */
export interface OwnedRedisClient {
  /** Connects and signs in. */
  connect(): Promise<unknown>;
  /** Sends a command at once, or fails. */
  sendCommand(args: readonly string[]): Promise<unknown>;
  /** Hears of every trouble with the connection. */
  on(event: "error", listener: (error: unknown) => void): unknown;
  /** Ends the connection and fails what waits for an answer. */
  destroy(): void;
  /** Lets the connection keep the program alive. */
  ref(): void;
  /** Lets the program end while the connection is open. */
  unref(): void;
}

/**
 * A connected client. It keeps the program alive only while commands wait for an answer, and it is given up when the
 * server owes answers and gives none: a lost connection shows no other sign for many minutes.
 */
export class RedisSession {
  readonly #client: OwnedRedisClient;
  readonly #clock: Clock;
  readonly #replyTimeoutMs: number;
  readonly #onEnd: () => void;
  #inFlight = 0;
  #hasReplied = false;
  #endCode: string | undefined = undefined;
  #watch: Timer | undefined = undefined;

  /** A session on a connected `client`; `onEnd` hears when it is given up. */
  constructor(client: OwnedRedisClient, clock: Clock, replyTimeoutMs: number, onEnd: () => void) {
    this.#client = client;
    this.#clock = clock;
    this.#replyTimeoutMs = replyTimeoutMs;
    this.#onEnd = onEnd;
    client.unref();
  }

  /** Sends a command and its arguments. */
  send(command: readonly string[]): Promise<unknown> {
    if (this.#inFlight++ === 0) this.#begin();
    return this.#client.sendCommand(command).then(this.#onReply, this.#onFailure);
  }

  /** Ends the connection; what waits for an answer fails with `code`. */
  end(code: string): void {
    this.#endCode ??= code;
    this.#client.destroy();
  }

  readonly #onReply = (reply: unknown): unknown => {
    this.#settle();
    return reply;
  };

  readonly #onFailure = (error: unknown): never => {
    this.#settle();
    throw this.#endCode === undefined
      ? error
      : Object.assign(new Error("The connection ended"), { code: this.#endCode });
  };

  #settle(): void {
    this.#hasReplied = true;
    if (--this.#inFlight === 0) this.#rest();
  }

  #begin(): void {
    this.#client.ref();
    this.#watchReplies();
  }

  #rest(): void {
    this.#watch?.cancel();
    this.#client.unref();
  }

  #watchReplies(): void {
    this.#hasReplied = false;
    this.#watch = this.#clock.setTimer(this.#replyTimeoutMs, () => {
      if (this.#hasReplied) return this.#watchReplies();
      this.#onEnd();
      this.end("ETIMEDOUT");
    });
  }
}
