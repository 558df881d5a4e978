import { builtinModule } from "./builtin_module.ts";

/** A channel whose one end can be read without an event loop. */
export interface BlockingChannel {
  /** The end that is sent to a thread. */
  readonly remote: unknown;
  /** The next message, if there is one. */
  receive(): { readonly message: unknown } | undefined;
  /** Closes both ends. */
  close(): void;
}

interface Port {
  close(): void;
}

interface ThreadsModule {
  readonly MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
  readonly receiveMessageOnPort?: (port: Port) => { readonly message: unknown } | undefined;
}

/**
 * Opens a channel; `undefined` where the platform has none that can be read so.
 *
 * @returns The channel, or `undefined`.
 */
export function openBlockingChannel(): BlockingChannel | undefined {
  const threads = builtinModule<ThreadsModule>("node:worker_threads");
  const receive = threads?.receiveMessageOnPort;
  if (threads === undefined || receive === undefined) return undefined;
  const { port1, port2 } = new threads.MessageChannel();
  return { remote: port2, receive: () => receive(port1), close: () => port1.close() };
}
