/** A message of NATS, as far as it is used. */
export interface NatsMessage {
  /** Where it was published. */
  readonly subject: string;
  /** What it holds. */
  readonly data: Uint8Array;
  /** Where an answer goes. */
  readonly reply?: string | undefined;
  /** Set where the server says something itself. */
  readonly headers?: { readonly code: number } | undefined;
  /**
   * Sends an answer.
   *
   * @param payload The bytes.
   * @returns `false` where the message asks for none.
   */
  respond(payload?: Uint8Array | string): boolean;
}

/**
 * A connection to NATS, of any of its transports: `connect()` of `@nats-io/transport-node` or `@nats-io/transport-deno`, or
 * `wsconnect()` of `@nats-io/nats-core`.
 */
export interface NatsClient {
  /** What the server said of itself. */
  readonly info?: { readonly max_payload: number } | undefined;
  /** What it was made with. */
  readonly options?: { readonly inboxPrefix?: string | undefined } | undefined;
  /**
   * Listens to a subject.
   *
   * @param subject The subject.
   * @param options As the client takes them.
   */
  subscribe(
    subject: string,
    options: { readonly callback: (error: Error | null, message: NatsMessage) => void },
  ): { unsubscribe(): void };
  /**
   * Sends a message to those who listen now.
   *
   * @param subject The subject.
   * @param payload The bytes.
   * @param options As the client takes them.
   */
  publish(subject: string, payload?: Uint8Array | string, options?: { readonly reply?: string }): void;
  /** Resolves once the server has all that was sent. */
  flush(): Promise<void>;
  /** Ends the connection. */
  close(): Promise<void>;
  /**
   * Whether it has ended, and will not connect again.
   *
   * @returns `true` once it has ended.
   */
  isClosed(): boolean;
  /**
   * What happens to the connection.
   *
   * @returns What happens, as it happens.
   */
  status(): AsyncIterable<{ readonly type: string; readonly error?: Error }>;
}

/** What is used of the manager of JetStream. */
export interface NatsManager {
  /** The streams. */
  readonly streams: {
    /** What there is in a stream. */
    info(
      stream: string,
      options?: { readonly subjects_filter: string },
    ): Promise<
      { readonly state: { readonly first_seq: number; readonly subjects?: Readonly<Record<string, number>> } }
    >;
    /** Makes a stream. */
    add(config: Readonly<Record<string, unknown>>): Promise<unknown>;
    /** Takes out what was published to a subject, or of that only what comes before the message `seq`. */
    purge(
      stream: string,
      options: { readonly filter: string; readonly seq?: number },
    ): Promise<{ readonly purged: number }>;
  };
  /** What hands out the messages of streams. */
  readonly consumers: {
    /** What a consumer has handed out: all up to `ack_floor` is done with. */
    info(stream: string, consumer: string): Promise<{ readonly ack_floor: { readonly stream_seq: number } }>;
    /** Makes a consumer, or changes it. */
    add(stream: string, config: Readonly<Record<string, unknown>>): Promise<unknown>;
    /** Deletes a consumer. */
    delete(stream: string, consumer: string): Promise<unknown>;
  };
  /** What publishes to streams. */
  jetstream(): NatsPublisher;
}

/** What publishes to streams. */
export interface NatsPublisher {
  /** What the subjects of the server's own begin with. */
  readonly apiPrefix: string;
  /** Resolves once a stream has the message. */
  publish(
    subject: string,
    payload: Uint8Array,
    options: { readonly msgID: string; readonly timeout: number },
  ): Promise<unknown>;
}

/**
 * The bytes of a message; the client's are a `Buffer` on some runtimes, which is no plain array of bytes.
 *
 * @param message The message.
 * @returns A view of them.
 */
export function bytesOf({ data }: NatsMessage): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
