import { builtinModule } from "./builtin_module.ts";
import { moduleUrl, type WorkerHandle, type WorkerStart } from "./worker_handle.ts";

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
  readonly env?: symbol | undefined;
  readonly resourceLimits: { readonly maxOldGenerationSizeMb?: number };
}

interface ThreadsModule {
  readonly Worker: new (url: URL, options: ThreadOptions) => Thread;
  readonly SHARE_ENV?: symbol;
}

/** Without a limit, a heap that overflows ends the whole process of Deno and not the worker alone. */
const DEFAULT_MEMORY_LIMIT = 2_048;

/** Starts a worker thread; `undefined` where the platform has none. */
export function startWorkerThread(start: WorkerStart): WorkerHandle | undefined {
  const threads = builtinModule<ThreadsModule>("node:worker_threads");
  if (threads?.Worker === undefined) return undefined;
  const thread = new threads.Worker(moduleUrl(start.source), {
    // Deno would ask for the permission to read all variables, in order to copy what its workers see anyway.
    env: "Deno" in globalThis ? threads.SHARE_ENV : undefined,
    resourceLimits: { maxOldGenerationSizeMb: start.memoryLimit ?? DEFAULT_MEMORY_LIMIT },
  });
  listen(thread, start);
  let isEnded = false;
  return {
    isShared: true,
    isPacking: "Deno" in globalThis,
    post: (message, moved = []) => thread.postMessage(message, moved),
    end: async () => {
      if (isEnded) return;
      isEnded = true;
      await thread.terminate();
    },
    setNeeded: (isNeeded) => isNeeded ? thread.ref() : thread.unref(),
  };
}

function listen(thread: Thread, { onMessage, onEnd }: WorkerStart): void {
  let isOver = false;
  const end = (cause: unknown) => {
    if (isOver) return;
    isOver = true;
    onEnd(cause);
  };
  thread.on("message", onMessage);
  thread.on("messageerror", end);
  thread.on("error", end);
  thread.on("exit", () => end(undefined));
}
