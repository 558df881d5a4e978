/** What a thread reports to the one who started it. */
export interface WorkerListeners {
  /** It sent `message`. */
  onMessage(message: unknown): void;
  /** It cannot read the message that was posted as the `number`th, from 0. */
  onUnread(number: number): void;
  /** It is gone, or will never answer; `cause` is what it died of, if that is known. Called at most once. */
  onEnd(cause: unknown): void;
}

/** What a thread is started with. */
export interface WorkerStart extends WorkerListeners {
  /** The text of the script that it runs. */
  readonly source: string;
  /** How much its heap may hold, in mebibytes; `undefined` for the limit of the runtime. */
  readonly memoryLimit: number | undefined;
}

/** A thread, as the one who started it sees it. */
export interface WorkerHandle {
  /** Whether both sides see the same memory. */
  readonly isShared: boolean;
  /** Whether it can be idle without keeping the process alive. */
  readonly canIdle: boolean;
  /** Whether it ends also where its code is in a loop; else that burns a core until the process ends. */
  readonly endsLoops: boolean;
  /** Whether buffers are better packed than posted. */
  readonly isPacking: boolean;
  /**
   * Sends `message` and moves `moved`; returns the number of the message.
   *
   * @throws {unknown} If it holds what cannot be cloned.
   */
  post(message: unknown, moved?: readonly unknown[]): number;
  /** Ends the thread, whatever it is busy with. */
  end(): Promise<void>;
  /** Lets the thread keep the process alive, or not. */
  setNeeded(isNeeded: boolean): void;
}
