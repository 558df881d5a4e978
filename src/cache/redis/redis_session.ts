import type { Clock, Timer } from "../../time/clock.ts";
import { isRefusalOfServer } from "./redis_error.ts";

/** What is used of a client of node-redis that the library opened itself. */
export interface OwnedRedisClient {
  /** Connects and signs in. */
  connect(): Promise<unknown>;
  /** Sends a command at once, or fails. */
  sendCommand(args: readonly string[]): Promise<unknown>;
  /** Is notified of every trouble with the connection. */
  on(event: "error", listener: (error: unknown) => void): unknown;
  /** Ends the connection and fails what waits for an answer. */
  destroy(): void;
  /** Lets the connection keep the program alive. */
  ref(): void;
  /** Lets the program end while the connection is open. */
  unref(): void;
}

/**
 * A connected client. It keeps the program alive only while commands wait for an answer, and it is replaced when the
 * server owes answers and gives none: a lost connection shows no other sign for many minutes. A server that says that it
 * will not do takes no further command: behind its name there may be another by now.
 */
export class RedisSession {
  readonly #client: OwnedRedisClient;
  readonly #clock: Clock;
  readonly #replyTimeoutMs: number;
  readonly #onRetire: () => void;
  #inFlight = 0;
  #hasReplied = false;
  #isRetired = false;
  #endCode: string | undefined = undefined;
  #watch: Timer | undefined = undefined;

  /** A session on a connected `client`; `onRetire` is called when it should be sent nothing more. */
  constructor(client: OwnedRedisClient, clock: Clock, replyTimeoutMs: number, onRetire: () => void) {
    this.#client = client;
    this.#clock = clock;
    this.#replyTimeoutMs = replyTimeoutMs;
    this.#onRetire = onRetire;
    client.unref();
  }

  /** Whether nothing waits for an answer. */
  get isIdle(): boolean {
    return this.#inFlight === 0;
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
    // Before the last answer ends the connection: that is no reason for this failure.
    const endCode = this.#endCode;
    if (!this.#isRetired && endCode === undefined && isRefusalOfServer(error)) this.#retire();
    this.#settle();
    throw endCode === undefined ? error : Object.assign(new Error("The connection ended"), { code: endCode });
  };

  /** What waits for an answer may still get a good one, a read from a replica, say: the last one ends the connection. */
  #retire(): void {
    this.#isRetired = true;
    this.#onRetire();
  }

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
    if (this.#isRetired) this.end("ECONNRESET");
    else this.#client.unref();
  }

  #watchReplies(): void {
    this.#hasReplied = false;
    this.#watch = this.#clock.setTimer(this.#replyTimeoutMs, () => {
      if (this.#hasReplied) return this.#watchReplies();
      this.#onRetire();
      this.end("ETIMEDOUT");
    });
  }
}
