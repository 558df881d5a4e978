import type { Clock, Timer } from "../../time/clock.ts";
import type { NatsMessage } from "./nats_client.ts";
import { NatsError } from "./nats_error.ts";
import type { NatsSession } from "./nats_link.ts";

const NANOS = 1_000_000;

/** How long after its end a request is still waited for. What comes later is taken, too; a consumer that is gone is silent. */
const SLACK_MS = 1_000;

/** The server's words for a request that ended as it should: no message was there, or none more. */
const ENDED: readonly number[] = [404, 408];

/** What is asked for. */
export interface PullRequest {
  /** The stream. */
  readonly stream: string;
  /** The consumer. */
  readonly consumer: string;
  /** The most messages. */
  readonly count: number;
  /** How long to wait for the first, in milliseconds; 0 not to wait. */
  readonly waitMs: number;
}

/**
 * One request for messages. The client's own `fetch` waits for all that it asked for, and what arrives after it gave up is
 * lost until its lease ends; this one ends with the first messages that there are, by the server's word.
 */
export class NatsPull {
  /** What came, once the request has ended; it rejects where the server refused, or said nothing. */
  readonly messages: Promise<readonly NatsMessage[]>;
  readonly #request: PullRequest;
  readonly #inbox: string;
  readonly #onLate: (message: NatsMessage) => void;
  readonly #received: NatsMessage[] = [];
  readonly #timer: Timer;
  readonly #subscription: { unsubscribe(): void };
  readonly #resolve: (messages: readonly NatsMessage[]) => void;
  readonly #reject: (error: Error) => void;
  #isOver = false;

  /** Asks at once; `onLate` gets what comes after the server had said nothing for too long. */
  constructor(session: NatsSession, clock: Clock, request: PullRequest, onLate: (message: NatsMessage) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<readonly NatsMessage[]>();
    [this.messages, this.#resolve, this.#reject] = [promise, resolve, reject];
    this.#request = request;
    this.#onLate = onLate;
    this.#inbox = newInbox(session);
    this.#timer = clock.setTimer(request.waitMs + SLACK_MS, () => this.#fail("no answer"));
    const callback = (error: Error | null, message: NatsMessage) => this.#receive(error, message);
    this.#subscription = session.client.subscribe(this.#inbox, { callback });
    this.#ask(session);
  }

  /** Ends it; the server may still answer, and what it hands out then is late. */
  stopWaiting(reason: string): void {
    this.#fail(reason);
  }

  /** Ends it, as the server knows nothing of it any more. */
  end(reason: string): void {
    this.#fail(reason);
    this.#subscription.unsubscribe();
  }

  #ask({ client, publisher }: NatsSession): void {
    const { stream, consumer, count, waitMs } = this.#request;
    const expires = waitMs > 0 ? { expires: waitMs * NANOS } : {};
    const body = JSON.stringify({ batch: count, no_wait: true, ...expires });
    client.publish(`${publisher.apiPrefix}.CONSUMER.MSG.NEXT.${stream}.${consumer}`, body, { reply: this.#inbox });
  }

  #receive(error: Error | null, message: NatsMessage): void {
    if (error !== null) return this.end(error.message);
    if (message.subject === this.#inbox) return this.#hearServer(message.headers?.code ?? 0);
    if (this.#isOver) return this.#onLate(message);
    this.#received.push(message);
    if (this.#received.length >= this.#request.count) this.#succeed();
  }

  #hearServer(code: number): void {
    if (code === 100) return;
    if (ENDED.includes(code)) this.#succeed();
    else this.end(`refused with ${code}`);
  }

  #succeed(): void {
    this.#subscription.unsubscribe();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.cancel();
    this.#resolve(this.#received);
  }

  /** What came is leased, whatever happened then. */
  #fail(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.cancel();
    if (this.#received.length > 0) this.#resolve(this.#received);
    else this.#reject(new NatsError("hand out frames", reason));
  }
}

/** An address of our own for answers, below the prefix of the connection, which its permissions may be bound to. */
function newInbox({ client }: NatsSession): string {
  return `${client.options?.inboxPrefix ?? "_INBOX"}.${crypto.randomUUID().replaceAll("-", "")}`;
}
