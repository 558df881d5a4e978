/** A socket of `node:net` or `node:tls`, as far as it is used. */
interface Socket {
  on(event: "error", listener: (error: Error) => void): unknown;
  removeAllListeners(event?: string): unknown;
}

/** What opens the sockets of the client, and is not part of its documented interface. */
interface SocketTransport {
  /** Whether the server had presented itself. */
  readonly connected: boolean;
  /** Ends the connection; before the server has presented itself, the client's own leaves its socket open. */
  close(error?: Error): Promise<void>;
  /** Destroys the socket. */
  discard(): void;
}

/** The methods of it that open a socket. */
const OPENING = ["dial", "tlsFirst", "startTLS"] as const;

const repaired = new WeakSet<object>();

/**
 * Repairs what the client's transport does with sockets. It takes all listeners off a socket before it destroys it: an error
 * that the system has reported by then, such as the reset with which a refused sign-in ends, would find none and end the
 * process. And the socket of a server that never answers would keep the process alive. The client makes the transports of
 * all connections by itself, so their class is repaired, once, where its methods are.
 *
 * @param Transport The class of the client's transports; anything else is left as it is.
 */
export function repairTransport(Transport: unknown): void {
  const methods: unknown = typeof Transport === "function" ? Transport.prototype : undefined;
  if (!isOfSockets(methods) || repaired.has(methods)) return;
  repaired.add(methods);
  for (const name of OPENING) keepListenersOf(methods, name);
  const { close } = methods;
  methods.close = function (this: SocketTransport, error) {
    if (!this.connected) this.discard();
    return close.call(this, error);
  };
}

function isOfSockets(methods: unknown): methods is SocketTransport {
  return typeof methods === "object" && methods !== null &&
    [...OPENING, "close", "discard"].every((name) => typeof Reflect.get(methods, name) === "function");
}

/** Each socket that the method opens has a listener of errors for as long as it lives. */
function keepListenersOf(methods: object, name: string): void {
  const open: (...args: unknown[]) => Promise<Socket> = Reflect.get(methods, name);
  Reflect.set(methods, name, async function (this: unknown, ...args: unknown[]): Promise<Socket> {
    return keepListening(await open.apply(this, args));
  });
}

function keepListening(socket: Socket): Socket {
  const listen = () => socket.on("error", ignore);
  const remove = socket.removeAllListeners;
  socket.removeAllListeners = (...args) => {
    remove.apply(socket, args);
    return listen();
  };
  listen();
  return socket;
}

/** The client learns of it by the end of the socket. */
function ignore(): void {}
