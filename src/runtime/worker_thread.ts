import { globalValue } from "./global_value.ts";
import { builtinModule } from "./builtin_module.ts";
import { SealedPort } from "./sealed_port.ts";
import type { WorkerHandle, WorkerStart } from "./worker_handle.ts";

interface Thread {
  on(event: "message", listener: (message: unknown) => void): void;
  on(event: "error" | "messageerror", listener: (error: unknown) => void): void;
  on(event: "exit", listener: (code: number) => void): void;
  postMessage(message: unknown, moved?: readonly unknown[]): void;
  terminate(): Promise<unknown>;
  ref(): void;
  unref(): void;
}

interface ThreadOptions {
  readonly eval: true;
  readonly env?: symbol | object;
  readonly resourceLimits?: { readonly maxOldGenerationSizeMb?: number };
}

interface ThreadsModule {
  readonly Worker: new (source: string, options: ThreadOptions) => Thread;
  readonly SHARE_ENV?: symbol;
}

/**
 * Starts a worker thread; `undefined` where the platform has none.
 *
 * @param start What the worker runs, and who is called back.
 * @returns The handle of the worker, or `undefined`.
 */
export function startWorkerThread(start: WorkerStart): WorkerHandle | undefined {
  const threads = builtinModule<ThreadsModule>("node:worker_threads");
  if (threads?.Worker === undefined) return undefined;
  const thread = openThread(threads, start);
  // With a list of what is moved, even an empty one, Deno takes a longer way.
  const port = new SealedPort(
    start,
    (message, moved) => moved.length === 0 ? thread.postMessage(message) : thread.postMessage(message, moved),
  );
  listen(thread, port, start);
  let isEnded = false;
  return {
    isShared: true,
    canIdle: true,
    endsLoops: !("Deno" in globalThis),
    isPacking: "Deno" in globalThis,
    post: port.post,
    end: async () => {
      if (isEnded) return;
      isEnded = true;
      await thread.terminate();
    },
    setNeeded: (isNeeded) => isNeeded ? thread.ref() : thread.unref(),
  };
}

/** By its text and not by an address made of it, which some runtimes never release, and others find too long. */
function openThread({ Worker, SHARE_ENV }: ThreadsModule, { source, memoryLimit }: WorkerStart): Thread {
  // Bun knows no limits, and some of its versions say so on stderr.
  if ("Bun" in globalThis) return new Worker(source, { eval: true });
  const resourceLimits = memoryLimit === undefined ? {} : { maxOldGenerationSizeMb: memoryLimit };
  if (!("Deno" in globalThis) || SHARE_ENV === undefined) return new Worker(source, { eval: true, resourceLimits });
  try {
    // Deno would ask for the permission to read all variables, in order to copy what its workers see anyway.
    return new Worker(source, { eval: true, env: SHARE_ENV, resourceLimits });
  } catch {
    // Deno before 2.7 takes objects only.
    return new Worker(source, { eval: true, resourceLimits, ...(mayReadEnvironment() ? {} : { env: {} }) });
  }
}

function mayReadEnvironment(): boolean {
  type Permissions = { querySync?(descriptor: { name: "env" }): { readonly state: string } };
  const deno = globalValue<{ readonly permissions?: Permissions }>("Deno");
  return deno?.permissions?.querySync?.({ name: "env" }).state === "granted";
}

function listen(thread: Thread, port: SealedPort, { onEnd }: WorkerStart): void {
  let isOver = false;
  const end = (cause: unknown) => {
    if (isOver) return;
    isOver = true;
    onEnd(cause);
  };
  thread.on("message", (sent) => port.receive(sent));
  thread.on("messageerror", end);
  thread.on("error", end);
  thread.on("exit", () => end(undefined));
}
