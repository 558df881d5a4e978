import { globalValue } from "./global_value.ts";
import { generateCorrelationId } from "./correlation_id.ts";
import type { WorkerListeners } from "./worker_handle.ts";

/** The first message to a thread. */
export interface Greeting {
  /** What all that the thread's own code sends bears; the code of the user, which may post too, does not know it. */
  readonly seal: string;
  /** The arguments of the process, which a thread would not see as they are. */
  readonly argv: readonly string[] | undefined;
}

/** What a thread sends: `message` under its seal, or which message it could not read. */
export interface SealedMessage {
  readonly seal: string;
  readonly message?: unknown;
  readonly unread?: number;
}

/** Posts to a thread, and receives what its own code sends and nothing else. */
export class SealedPort {
  readonly #post: (message: unknown, moved: readonly unknown[]) => void;
  readonly #listeners: WorkerListeners;
  /** Not drawn from `crypto`, for which Node would load so much that the first worker starts later. */
  readonly #seal = generateCorrelationId();
  #count = 0;

  /** Greets the thread by `post`. */
  constructor(listeners: WorkerListeners, post: (message: unknown, moved: readonly unknown[]) => void) {
    this.#listeners = listeners;
    this.#post = post;
    const argv = globalValue<{ readonly argv?: readonly string[] }>("process")?.argv;
    post({ seal: this.#seal, argv: argv && [...argv] } satisfies Greeting, []);
  }

  /** Posts `message`; returns its number. */
  readonly post = (message: unknown, moved: readonly unknown[] = []): number => {
    this.#post(message, moved);
    return this.#count++;
  };

  /** Receives what came from the thread, from whatever code. */
  receive(sent: unknown): void {
    if (typeof sent !== "object" || sent === null) return;
    const { seal, message, unread }: Partial<SealedMessage> = sent;
    if (seal !== this.#seal) return;
    if (unread === undefined) this.#listeners.onMessage(message);
    else this.#listeners.onUnread(unread);
  }
}
