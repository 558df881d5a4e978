import type { Lane } from "../../queue/engine.ts";
import type { Clock, Timer } from "../../time/clock.ts";

/** A frame as it is kept. */
export interface KeptFrame {
  readonly id: string;
  readonly run: string;
  readonly lane: Lane;
  readonly bytes: Uint8Array;
  /** How often it was handed out. */
  deliveries: number;
  /** Ends its lease; `undefined` while no worker has it. */
  lease: Timer | undefined;
}

/** A frame that is put in. */
export type NewFrame = Pick<KeptFrame, "id" | "run" | "lane" | "bytes">;

/** The frames of one task: what a broker keeps. */
export class MemoryQueue {
  readonly #clock: Clock;
  readonly #frames = new Map<string, KeptFrame>();
  /** All that were ever put in: the same id twice is one frame. */
  readonly #known = new Set<string>();
  /** Those that wait, in the order in which they are handed out. */
  readonly #waiting: Record<Lane, KeptFrame[]> = { open: [], alone: [] };
  /** Those that wait for a frame of the open lane, the one that has waited longest first. */
  readonly #pullers = new Set<() => void>();
  #isClosed = false;

  /** An empty queue. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Puts a frame in, behind all others. */
  put({ id, run, lane, bytes }: NewFrame): void {
    if (this.#known.has(id)) return;
    this.#known.add(id);
    const frame = { id, run, lane, bytes: bytes.slice(), deliveries: 0, lease: undefined };
    this.#frames.set(id, frame);
    this.#waiting[lane].push(frame);
    this.#announce(lane);
  }

  /** Hands out up to `count` frames of a lane, each for `leaseMs`. */
  lease(lane: Lane, count: number, leaseMs: number): KeptFrame[] {
    const leased = this.#waiting[lane].splice(0, count);
    for (const frame of leased) {
      frame.deliveries++;
      this.keep(frame, leaseMs);
    }
    return leased;
  }

  /** Lets the lease of `frame` last from now on. */
  keep(frame: KeptFrame, leaseMs: number): void {
    if (this.#frames.get(frame.id) !== frame) return;
    frame.lease?.cancel();
    frame.lease = this.#clock.setTimer(leaseMs, () => this.#expire(frame));
  }

  /** Takes `frame` out, if it is in. */
  take(frame: KeptFrame): void {
    frame.lease?.cancel();
    if (!this.#frames.delete(frame.id)) return;
    const line = this.#waiting[frame.lane];
    const place = line.indexOf(frame);
    if (place >= 0) line.splice(place, 1);
  }

  /** How many frames there are of a run, those that are leased among them. */
  count(run: string): number {
    let count = 0;
    for (const frame of this.#frames.values()) if (frame.run === run) count++;
    return count;
  }

  /** Takes all frames of a run out; without one, all that there are. */
  purge(run?: string): void {
    for (const frame of [...this.#frames.values()]) if (run === undefined || frame.run === run) this.take(frame);
  }

  /** Resolves once a frame may have come, or after `ms`. */
  change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#pullers.delete(wake);
        timer.cancel();
        resolve();
      };
      const timer = this.#clock.setTimer(ms, wake);
      this.#pullers.add(wake);
    });
  }

  /** Whether it has been closed. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** No worker is kept waiting any more. */
  close(): void {
    this.#isClosed = true;
    this.purge();
    this.#wake();
  }

  #expire(frame: KeptFrame): void {
    frame.lease = undefined;
    // It was there before those that wait.
    this.#waiting[frame.lane].unshift(frame);
    this.#announce(frame.lane);
  }

  /** A frame is for one worker; but any that waits may be the one to look into the lane alone. */
  #announce(lane: Lane): void {
    if (lane === "alone") return this.#wake();
    const [longest] = this.#pullers;
    longest?.();
  }

  #wake(): void {
    for (const wake of [...this.#pullers]) wake();
  }
}
