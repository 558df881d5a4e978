/** What a thread reports to the one who started it. */
export interface WorkerListeners {
  /** It sent `message`. */
  onMessage(message: unknown): void;
  /** It is gone, or will never answer; `cause` is what it died of, if that is known. Called at most once. */
  onEnd(cause: unknown): void;
}

/** What a thread is started with. */
export interface WorkerStart extends WorkerListeners {
  /** The text of the module that it runs. */
  readonly source: string;
  /** How much its heap may hold, in mebibytes. */
  readonly memoryLimit: number | undefined;
}

/** A thread, as the one who started it sees it. */
export interface WorkerHandle {
  /** Whether both sides see the same memory. */
  readonly isShared: boolean;
  /** Whether buffers are better packed than posted. */
  readonly isPacking: boolean;
  /**
   * Sends `message` and moves `moved`.
   *
   * @throws {unknown} If it holds what cannot be cloned.
   */
  post(message: unknown, moved?: readonly unknown[]): void;
  /** Ends the thread, whatever it is busy with. */
  end(): Promise<void>;
  /** Lets the thread keep the process alive, or not. */
  setNeeded(isNeeded: boolean): void;
}

let latest: { readonly source: string; readonly url: URL } | undefined;

/** `source` as an address that a worker can be started from; made once, as it is long. */
export function moduleUrl(source: string): URL {
  if (latest?.source !== source) {
    latest = { source, url: new URL(`data:text/javascript,${encodeURIComponent(source)}`) };
  }
  return latest.url;
}
