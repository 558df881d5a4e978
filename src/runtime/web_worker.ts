import { globalValue } from "./global_value.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { readField } from "../errors/read_field.ts";
import { SealedPort } from "./sealed_port.ts";
import type { WorkerHandle, WorkerStart } from "./worker_handle.ts";

/**
 * Starts a Web Worker; `undefined` where the platform has none. `permissions` are Deno's.
 *
 * @param start What the worker runs, and who is called back.
 * @param permissions The permissions of the worker; only Deno has them.
 * @returns The handle of the worker, or `undefined`.
 */
export function startWebWorker(start: WorkerStart, permissions?: unknown): WorkerHandle | undefined {
  if (typeof Worker !== "function") return undefined;
  const options = { type: "module", ...(permissions === undefined ? {} : { deno: { permissions } }) };
  const url = scriptUrl(start.source);
  const worker = openWorker(url, options);
  const port = new SealedPort(start, (message, moved) => worker.postMessage(message, moved as Transferable[]));
  listen(worker, port, start, () => URL.revokeObjectURL(url));
  return {
    isShared: isMemoryShared(),
    canIdle: !("Deno" in globalThis),
    endsLoops: !("Deno" in globalThis),
    isPacking: false,
    post: port.post,
    end: () => {
      worker.terminate();
      return Promise.resolve();
    },
    setNeeded: () => {},
  };
}

function openWorker(url: string, options: object): Worker {
  try {
    return new Worker(url, options as WorkerOptions);
  } catch (error) {
    throw readField(error, "name") === "SecurityError" ? policyError() : error;
  }
}

/** A page that forbids workers says so in its console alone. */
function policyError(): ConfigurationError {
  return new ConfigurationError(
    "Cannot start a worker as the page's Content-Security-Policy must allow it by 'worker-src blob:': " +
      'received one that does not, where the modes "thread" and "async" serve',
  );
}

/** Browsers give a worker from a `data:` address no origin, with which it could import nothing. */
function scriptUrl(source: string): string {
  return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}

/** Pages share memory with their workers only where the server isolates them. */
function isMemoryShared(): boolean {
  return typeof SharedArrayBuffer === "function" && globalValue<boolean>("crossOriginIsolated") !== false;
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
    // Without this, an error of a worker ends the whole process of Deno.
    event.preventDefault();
    if (isOver) return;
    isOver = true;
    onEnd(event.error ?? (event.message ? new Error(event.message) : policyError()));
  };
}
