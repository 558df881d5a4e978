/** Where the frames of a task go: other versions of it never meet. */
export interface TaskAddress {
  /** The name of the task, `[A-Za-z0-9_-]{1,64}`. */
  readonly task: string;
  /** The version of the task, of the same letters; `"0"` where none is given. */
  readonly version: string;
}

/** `"open"` is what any worker takes; of `"alone"` a worker takes one frame, only when it has nothing else. */
export type Lane = "open" | "alone";

/** A frame that is put in the place of another. */
export interface ReplacementFrame {
  /** Distinguishes it from all others of its task. */
  readonly id: string;
  /** What it holds. */
  readonly frame: Uint8Array;
  /** Where it goes. */
  readonly lane: Lane;
}

/**
 * What an engine does: it moves frames of bytes, leases them, and counts how often it handed them out. It knows nothing of
 * what is in them. Each method may reject while the broker is away: both sides try again, unless with an error of this
 * library, which says that no other try would succeed. An engine without an open line keeps no process alive.
 */
export interface Engine extends AsyncDisposable {
  /** The bytes of the largest frame that it takes. */
  readonly maxFrameBytes: number;
  /**
   * Opens the side of a caller. Opening it makes in the broker what is needed there.
   *
   * @param address The task.
   * @param run Distinguishes this caller from all others: of letters, digits, `-` and `_`.
   * @param onResults Called with each frame of results of this run, at least once.
   * @returns The line of the caller.
   */
  openCaller(address: TaskAddress, run: string, onResults: (frame: Uint8Array) => void): Promise<CallerLine>;
  /**
   * Opens the side of a worker. Opening it makes in the broker what is needed there, and announces the slots until it is
   * disposed.
   *
   * @param address The task.
   * @param worker How many items it runs at once, and after how many milliseconds without a sign of life its frames are
   * handed out again.
   * @returns The line of the worker.
   */
  openWorker(
    address: TaskAddress,
    worker: { readonly slots: number; readonly leaseMs: number },
  ): Promise<WorkerLine>;
  /**
   * Closes all lines, and the connection if the engine opened it. From then on the lines of callers reject with an error of
   * this library, as an `EngineError`, so that a run that still waits ends.
   */
  close(): Promise<void>;
}

/** The side of a caller. Disposing it takes out of the engine all that there is of its run. */
export interface CallerLine extends AsyncDisposable {
  /**
   * Puts a frame into the lane `"open"`. Resolves when the engine has it; the same `id` twice is one frame.
   *
   * @param id Distinguishes the frame from all others of the task.
   * @param frame What it holds.
   */
  send(id: string, frame: Uint8Array): Promise<void>;
  /**
   * Sends a frame to all workers of the task that listen now, best effort; never throws.
   *
   * @param frame What is cancelled.
   */
  cancel(frame: Uint8Array): void;
  /** The slots of all workers of the task that were heard of in the last 3 heartbeats. */
  readonly slots: number;
  /**
   * How many frames of this run the engine still has, those that workers have leased among them.
   *
   * @returns The number of frames.
   */
  waiting(): Promise<number>;
  /** Makes again what the engine lost; nothing happens where all is there. */
  reopen(): Promise<void>;
}

/** The side of a worker. Disposing it says that its slots are gone; what it has leased is handed out again after the lease. */
export interface WorkerLine extends AsyncDisposable {
  /**
   * Leases frames of a lane, of all runs of the task.
   *
   * @param lane Where from.
   * @param count The most frames to take.
   * @returns The frames. Of the lane `"open"` it waits at most 1 s for the first, of `"alone"` it answers at once.
   */
  pull(lane: Lane, count: number): Promise<readonly Delivery[]>;
  /**
   * Listens to what callers cancel.
   *
   * @param listener Called with each such frame.
   */
  onCancel(listener: (frame: Uint8Array) => void): void;
  /**
   * Listens to news that there is something in the lane `"alone"`. It may be missed: workers look from time to time, too.
   *
   * @param listener Called with the news.
   */
  onAlone(listener: () => void): void;
}

/** A frame that a worker has leased. */
export interface Delivery {
  /** What it holds. */
  readonly frame: Uint8Array;
  /** How often it was handed out, this time included. */
  readonly deliveries: number;
  /** Prolongs the lease; never throws. */
  keep(): void;
  /**
   * Stores results for a caller, then takes the frame out. Of {@link Delivery.replace} and this both may be called, in any
   * order: each stores what it is given, and to take out what is out already is no error.
   *
   * @param run The run that the results are for; where nothing is known of it any more, they are dropped.
   * @param id Distinguishes these results from all others of the run.
   * @param results What they hold.
   */
  settle(run: string, id: string, results: Uint8Array): Promise<void>;
  /**
   * Puts other frames of the same run in its place, of which no delivery is counted yet, then takes it out.
   *
   * @param frames The frames; one with an `id` that is there already is one frame with it.
   */
  replace(frames: readonly ReplacementFrame[]): Promise<void>;
}
