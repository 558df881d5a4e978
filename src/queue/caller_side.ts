import { nextTurn } from "../time/next_turn.ts";
import type { ClusterJob } from "./cluster_job.ts";
import type { CallerLine, Engine, TaskAddress } from "./engine.ts";
import type { EngineLink } from "./engine_link.ts";
import { packFrames } from "./pack_frames.ts";
import { writeCancel } from "./wire/cancel_frame.ts";
import { writeItems } from "./wire/items_frame.ts";

/** What it is made with. */
export interface CallerSideInit {
  readonly engine: Engine;
  readonly address: TaskAddress;
  readonly link: EngineLink;
  readonly maxCrashes: number;
  /** How many items may travel together by now. */
  readonly frameSize: () => number;
  /** Takes each frame of results of `run`. */
  readonly onResults: (frame: Uint8Array, run: string) => void;
  /** The engine will not do: `jobs` cannot be sent. */
  readonly onRefused: (jobs: readonly ClusterJob[], error: unknown) => void;
}

/** Puts jobs into frames and brings them to the engine, all that began in one turn together. */
export class CallerSide {
  readonly #init: CallerSideInit;
  #line: CallerLine | undefined = undefined;
  #opening: Promise<CallerLine> | undefined = undefined;
  /** Begins anew with each line, so that nothing of an older one is taken for something of this. */
  #run = "";
  /** Grows where frames are sent again: an engine that knows an id drops what has it. */
  #epoch = 0;
  #frames = 0;
  #lastSlots = 0;
  #waiting: ClusterJob[] = [];
  #sending = 0;
  #cancelled: number[] = [];
  #isTurnComing = false;

  /** A side without a line yet. */
  constructor(init: CallerSideInit) {
    this.#init = init;
  }

  /** The slots of all workers that were heard of; without a line, those that there were when there was one. */
  get slots(): number {
    return this.#line?.slots ?? this.#lastSlots;
  }

  /** Whether nothing is on the way to the engine. */
  get isAllSent(): boolean {
    return this.#line !== undefined && this.#sending === 0 && this.#waiting.length === 0;
  }

  /** How many frames the engine still has. */
  async waiting(): Promise<number> {
    return await this.#line?.waiting() ?? 0;
  }

  /** Opens the line, if it is not open. */
  open(): Promise<CallerLine> {
    return this.#opening ??= this.#open();
  }

  /** Sends `job` with all others of this turn. */
  add(job: ClusterJob): void {
    this.#waiting.push(job);
    this.#doSoon();
  }

  /** Sends `jobs` again, of which the engine has nothing any more. */
  async sendAgain(jobs: readonly ClusterJob[]): Promise<void> {
    this.#epoch++;
    for (const job of jobs) job.isSent = false;
    await this.#init.link.keepTrying(async () => await this.#line?.reopen()).catch(() => {});
    this.#waiting.push(...jobs.filter((job) => !job.isSettled));
    this.#doSoon();
  }

  /** Tells the workers that `ref` is cancelled. */
  cancel(ref: number): void {
    this.#cancelled.push(ref);
    this.#doSoon();
  }

  /** Tells the workers that all below `ref` is cancelled. */
  cancelBelow(ref: number): void {
    this.#cancelled = [];
    this.#line?.cancel(writeCancel({ run: this.#run, below: ref, refs: [] }));
  }

  /** Takes all that is left of the run out of the engine. A job after that opens another line. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#lastSlots = this.slots;
    this.#opening = this.#line = undefined;
    this.#waiting = [];
    const line = await opening?.catch(() => undefined);
    await line?.[Symbol.asyncDispose]();
  }

  async #open(): Promise<CallerLine> {
    const { engine, address, link, onResults } = this.#init;
    const run = this.#run = crypto.randomUUID();
    try {
      const line = await link.keepTrying(() => engine.openCaller(address, run, (frame) => onResults(frame, run)));
      if (run === this.#run) this.#line = line;
      return line;
    } catch (error) {
      if (run === this.#run) this.#opening = undefined;
      throw error;
    }
  }

  #doSoon(): void {
    if (this.#isTurnComing) return;
    this.#isTurnComing = true;
    nextTurn(() => {
      this.#isTurnComing = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    try {
      await this.open();
    } catch (error) {
      return this.#init.onRefused(this.#waiting.splice(0), error);
    }
    if (this.#cancelled.length > 0) {
      const refs = this.#cancelled.splice(0);
      this.#line?.cancel(writeCancel({ run: this.#run, below: 0, refs }));
    }
    const jobs = this.#waiting.splice(0).filter((job) => !job.isSettled);
    const { engine, frameSize } = this.#init;
    for (const frame of packFrames(jobs, frameSize(), engine.maxFrameBytes)) void this.#send(frame);
  }

  async #send(jobs: readonly ClusterJob[]): Promise<void> {
    const { link, maxCrashes } = this.#init;
    const run = this.#run;
    const id = `${run}-${this.#epoch}-${++this.#frames}`;
    const frame = writeItems({ run, losses: 0, maxCrashes, items: jobs.map(({ item }) => item) });
    this.#sending++;
    try {
      await link.keepTrying(async () => {
        // A line that was closed meanwhile has no caller who waits.
        if (run === this.#run && jobs.some((job) => !job.isSettled)) await this.#line?.send(id, frame);
      });
      for (const job of jobs) job.isSent = true;
    } catch (error) {
      this.#init.onRefused(jobs, error);
    } finally {
      this.#sending--;
    }
  }
}
