import { builtinModule } from "./builtin_module.ts";
import type { Greeting, SealedMessage } from "./sealed_port.ts";

/*
 * What a worker finds around itself, the same for worker threads and Web Workers. It is part of the
 * text that workers are started from (see worker_source.ts), so it imports little.
 */

/** A port to the one who started the worker. */
export interface WorkerPort {
  /** Sends `message` and moves `moved`. */
  postMessage(message: unknown, moved?: unknown[]): void;
}

/** What code in a worker needs of its platform. */
export interface WorkerScope {
  /** The port to the one who started the worker. */
  readonly port: WorkerPort;
  /** Calls `listener` with each message. */
  onMessage(listener: (message: unknown) => void): void;
  /** Calls `listener` with what was not caught, in place of the platform's own ending of the worker. */
  onUncaught(listener: (error: unknown) => void): void;
  /** Calls `listener` before the code asks for the end of its process. */
  onExit(listener: (code: unknown) => void): void;
  /** Calls `listener` once the heap outgrew its limit, where the platform itself says nothing. */
  onHeapOverflow(listener: () => void): void;
  /** Calls `run`, and breaks it off after `limitMs` where no code outside could; `false` if it did. */
  guard(run: () => void, limitMs: number): boolean;
  /** Calls `callback` after what waits already. */
  soon(callback: () => void): void;
}

interface ThreadPort extends WorkerPort {
  on(event: "message" | "messageerror", listener: (message: unknown) => void): void;
  addEventListener(event: "message" | "messageerror", listener: (event: WorkerEvent) => void): void;
}

interface EventedProcess {
  argv?: string[];
  exit(code?: unknown): never;
  on?(event: string, listener: (error: unknown) => void): void;
}

interface VmModule {
  readonly Script: new (source: string) => { runInThisContext(options: { timeout: number }): void };
}

interface HeapStatistics {
  readonly heap_size_limit: number;
}

interface WorkerGlobal {
  readonly Deno?: { exit(code?: unknown): never };
  readonly process?: EventedProcess;
  readonly setImmediate?: (callback: () => void) => unknown;
  postMessage(message: unknown, moved?: unknown[]): void;
  close(): void;
  addEventListener?(type: string, listener: (event: WorkerEvent) => void): void;
}

interface WorkerEvent {
  readonly data?: unknown;
  readonly reason?: unknown;
  readonly error?: unknown;
  preventDefault(): void;
}

/** How often the heap is looked at: an overflow ends nothing by itself, so this is how late it is seen. */
const HEAP_CHECK_MS = 20;

/**
 * The scope of the worker that this runs in.
 *
 * @returns The worker's side of the channel.
 */
export function openWorkerScope(): WorkerScope {
  const scope = globalThis as unknown as WorkerGlobal;
  const threadPort = builtinModule<{ parentPort: ThreadPort | null }>("node:worker_threads")?.parentPort;
  const { setImmediate = (callback: () => void) => setTimeout(callback, 0) } = scope;
  // The very function, as the item's code may put another in its place.
  const holder = threadPort ?? scope;
  const line = new WorkerLine(holder.postMessage.bind(holder));
  if (threadPort) {
    for (const name of ["close", "removeAllListeners"]) keepFrom(threadPort, name);
    listenAt(threadPort, line, scope);
  } else {
    scope.addEventListener?.("message", ({ data }) => line.receive(data));
    scope.addEventListener?.("messageerror", () => line.receiveUnreadable());
  }
  const guard = openGuard(scope);
  return {
    port: line,
    onMessage: (listener) => line.listener = listener,
    onUncaught: (listener) => listenForUncaught(scope, listener),
    onExit: (listener) => listenForExit(scope, guard, listener),
    onHeapOverflow: listenForHeapOverflow,
    guard,
    soon: (callback) => void setImmediate(callback),
  };
}

/** The line to the one who started the worker. */
class WorkerLine implements WorkerPort {
  /** Takes each message. */
  listener: (message: unknown) => void = () => {};
  readonly #post: (message: unknown, moved?: unknown[]) => void;
  #seal = "";
  #count = 0;

  constructor(post: (message: unknown, moved?: unknown[]) => void) {
    this.#post = post;
  }

  postMessage(message: unknown, moved: unknown[] = []): void {
    this.#post({ seal: this.#seal, message } satisfies SealedMessage, moved);
  }

  receive(message: unknown): void {
    if (this.#seal === "") return this.#greet(message as Greeting);
    this.#count++;
    this.listener(message);
  }

  /** Messages come in the order in which they are sent, so their number says which one this is. */
  receiveUnreadable(): void {
    this.#post({ seal: this.#seal, unread: this.#count++ } satisfies SealedMessage);
  }

  #greet({ seal, argv }: Greeting): void {
    this.#seal = seal;
    if (argv !== undefined) setArguments(argv);
  }
}

/** With `on()` Deno goes through every part of each message in search of ports, which takes longer than most items. */
function listenAt(port: ThreadPort, line: WorkerLine, { Deno }: WorkerGlobal): void {
  if (Deno === undefined) {
    port.on("message", (message) => line.receive(message));
    port.on("messageerror", () => line.receiveUnreadable());
  } else {
    port.addEventListener("message", ({ data }) => line.receive(data));
    port.addEventListener("messageerror", () => line.receiveUnreadable());
  }
}

/** The item's code may use the port, too, and should not end what is not its own. */
function keepFrom(port: object, name: string): void {
  const value = () => port;
  // Bun before 1.4 has them as properties that cannot be defined anew.
  if (!Reflect.defineProperty(port, name, { value, configurable: true, writable: true })) {
    Reflect.set(port, name, value);
  }
}

function setArguments(argv: readonly string[]): void {
  const { process } = globalThis as unknown as WorkerGlobal;
  for (const holder of [process, builtinModule<{ argv?: string[] }>("node:process")]) {
    try {
      // Code that took the array itself sees the arguments, too.
      holder?.argv?.splice(0, Infinity, ...argv);
    } catch {
      // Deno before 2.7 does not allow a change of its first entries.
      Reflect.set(holder!, "argv", [...argv]);
    }
  }
}

function listenForUncaught(scope: WorkerGlobal, listener: (error: unknown) => void): void {
  const onEvent = (event: WorkerEvent, error: unknown) => {
    event.preventDefault();
    listener(error);
  };
  scope.addEventListener?.("error", (event) => onEvent(event, event.error));
  scope.addEventListener?.("unhandledrejection", (event) => onEvent(event, event.reason));
  scope.process?.on?.("uncaughtException", listener);
  scope.process?.on?.("unhandledRejection", listener);
}

/**
 * In a worker of Deno `process.exit()` ends in a loop, for the end of the thread to break off. Where the host was ending
 * the thread already nothing does, and it would burn a core until the process ends.
 */
function listenForExit(scope: WorkerGlobal, guard: WorkerScope["guard"], listener: (code: unknown) => void): void {
  const holders: [object | undefined, string][] = [[scope.process, "exit"], [scope.Deno, "exit"], [scope, "close"]];
  for (const [holder, name] of holders) {
    const exit = holder && Reflect.get(holder, name);
    if (typeof exit !== "function") continue;
    const told = (code?: unknown) => {
      listener(code);
      if (!guard(() => void exit.call(holder, code), MAX_EXIT_MS)) throw new Error("The worker has ended");
    };
    Object.defineProperty(holder, name, { value: told, configurable: true, writable: true });
  }
}

/**
 * Deno ends the task that overflowed the heap silently and raises the limit a little, so that
 * the worker continues: the raised limit is the one sign.
 */
function listenForHeapOverflow(listener: () => void): void {
  const v8 = (globalThis as unknown as WorkerGlobal).Deno &&
    builtinModule<{ getHeapStatistics(): HeapStatistics }>("node:v8");
  const limit = v8?.getHeapStatistics().heap_size_limit ?? 0;
  if (v8 === undefined || limit === 0) return;
  const timer = setInterval(() => {
    if (v8.getHeapStatistics().heap_size_limit <= limit) return;
    clearInterval(timer);
    listener();
  }, HEAP_CHECK_MS);
}

/** The end of a thread breaks off its code within a moment, in milliseconds, or not at all. */
const MAX_EXIT_MS = 200;

const GUARDED = Symbol.for("@opero/core/guarded");

/**
 * Ending a worker thread of Deno does not break off a loop that it is in: the thread would burn a
 * core until the process ends. A script with a time limit is broken off, so loops run within one.
 */
function openGuard(scope: WorkerGlobal): WorkerScope["guard"] {
  const vm = scope.Deno && builtinModule<VmModule>("node:vm");
  if (vm === undefined) return (run) => (run(), true);
  const script = new vm.Script("globalThis[Symbol.for('@opero/core/guarded')]()");
  return (run, limitMs) => {
    Reflect.set(globalThis, GUARDED, run);
    try {
      script.runInThisContext({ timeout: Math.ceil(limitMs) });
      return true;
    } catch {
      return false;
    }
  };
}
