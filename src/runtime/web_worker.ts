import { SealedPort } from "./sealed_port.ts";
import type { WorkerHandle, WorkerStart } from "./worker_handle.ts";

/** Starts a Web Worker; `undefined` where the platform has none. `permissions` are Deno's. */
export function startWebWorker(start: WorkerStart, permissions?: unknown): WorkerHandle | undefined {
  if (typeof Worker !== "function") return undefined;
  const options = { type: "module", ...(permissions === undefined ? {} : { deno: { permissions } }) };
  const url = scriptUrl(start.source);
  const worker = new Worker(url, options as WorkerOptions);
  const port = new SealedPort(start, (message, moved) => worker.postMessage(message, moved as Transferable[]));
  listen(worker, port, start, () => URL.revokeObjectURL(url));
  return {
    isShared: isMemoryShared(),
    isPacking: false,
    post: port.post,
    end: () => {
      worker.terminate();
      return Promise.resolve();
    },
    setNeeded: () => {},
  };
}

/** Browsers give a worker from a `data:` address no origin, with which it could import nothing. */
function scriptUrl(source: string): string {
  return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}

/** Pages share memory with their workers only where the server isolates them. */
function isMemoryShared(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  return typeof SharedArrayBuffer === "function" && crossOriginIsolated !== false;
}

function listen(worker: Worker, port: SealedPort, { onEnd }: WorkerStart, onStarted: () => void): void {
  let isStarted = false;
  let isOver = false;
  worker.onmessage = ({ data }) => {
    if (!isStarted) onStarted();
    isStarted = true;
    port.receive(data);
  };
  worker.onerror = (event) => {
    // Left alone, an error of a worker ends the whole process of Deno.
    event.preventDefault();
    if (isOver) return;
    isOver = true;
    onEnd((event as { error?: unknown }).error ?? new Error(event.message));
  };
}
