import { type Call, stateOf } from "../call/call.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { SerializationError } from "../errors/serialization_error.ts";
import { WorkerError } from "../errors/worker_error.ts";
import type { FallbackParameters } from "../function_source/fallback_parameter.ts";
import { SeenWorkers, type ShownWorker } from "../progress/seen_workers.ts";
import { setBackgroundTimer } from "../runtime/background_timer.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Clock } from "../time/clock.ts";
import { CallerSide } from "./caller_side.ts";
import { ClusterJob } from "./cluster_job.ts";
import type { Engine, TaskAddress } from "./engine.ts";
import { EngineLink } from "./engine_link.ts";
import { FrameSize } from "./frame_size.ts";
import { LineWatch } from "./line_watch.ts";
import { sealEngine } from "./seal_engine.ts";
import { readFrame } from "./wire/frame_text.ts";
import { resultsOf, type WireResult } from "./wire/results_frame.ts";
import { type KnownErrors, readError, readValues } from "./wire/wire_value.ts";
import { writeItem } from "./write_item.ts";

/** So many items are sent before it is known how many slots there are. */
const UNKNOWN_CAPACITY = 16;

/** How long the first items wait for news of workers, in milliseconds, and how often that is looked for. */
const MAX_READY_MS = 1_000;
const READY_LOOK_MS = 10;

/** A line without anything to do is closed after this time, in milliseconds. */
const IDLE_MS = 1_000;

/** What it is made with. */
export interface ClusterPoolInit {
  readonly engine: Engine;
  readonly address: TaskAddress;
  readonly functionName: string;
  readonly maxCrashes: number;
  /** The most items in flight. */
  readonly maxInFlight: number;
  /** The items of a frame; by default it follows from how long they take. */
  readonly chunkSize: number | undefined;
  readonly timeoutMs: number | undefined;
  /** The classes that errors of workers become again. */
  readonly known: KnownErrors;
  /** What frames are sealed with. */
  readonly sealKey: CryptoKey | undefined;
  /** The parameters whose values stay here. */
  readonly parameters: FallbackParameters | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly telemetry: Telemetry;
}

/** Runs single attempts on other machines. */
export class ClusterPool {
  readonly #init: ClusterPoolInit;
  readonly #name: string;
  readonly #jobs = new Map<number, ClusterJob>();
  readonly #crashes = new WeakMap<Call, number>();
  readonly #size: FrameSize;
  readonly #link: EngineLink;
  readonly #side: CallerSide;
  readonly #watch: LineWatch;
  readonly #seen = new SeenWorkers();
  #lastRef = 0;
  #isReady = false;
  #cancelIdle: (() => void) | undefined = undefined;
  /** Whether it takes no more attempts. */
  isClosed = false;

  /** A pool without a line to its engine yet. */
  constructor(init: ClusterPoolInit) {
    const { address, functionName, maxCrashes, clock, random, telemetry } = init;
    const engine = sealEngine(init.engine, init.sealKey);
    this.#init = { ...init, engine };
    this.#name = JSON.stringify(functionName);
    this.#size = new FrameSize(init.chunkSize);
    this.#link = new EngineLink({ clock, random, telemetry, functionName, side: "caller" });
    const frameSize = () => this.#frameSize;
    const onResults = (frame: Uint8Array, run: string) => this.#takeResults(frame, run);
    const onRefused = (jobs: readonly ClusterJob[], error: unknown) => this.#fail(jobs, error);
    this.#side = new CallerSide({ engine, address, link: this.#link, maxCrashes, frameSize, onResults, onRefused });
    this.#watch = new LineWatch(this, clock);
  }

  /** How many attempts it accepts before a further one would only wait; none before it is ready. */
  get capacity(): number {
    if (!this.#isReady) return 0;
    const { slots } = this.#side;
    const window = slots > 0 ? 2 * slots : UNKNOWN_CAPACITY;
    return Math.min(window + this.#frameSize - 1, this.#init.maxInFlight);
  }

  get #frameSize(): number {
    return this.#size.among(this.slots);
  }

  /** The slots of the workers that were heard of. */
  get slots(): number {
    return this.#side.slots;
  }

  /** The workers from which results came lately. */
  get workers(): readonly ShownWorker[] {
    return this.#seen.shown(this.#init.clock.now());
  }

  /** Whether nothing is on the way to the engine. */
  get isAllSent(): boolean {
    return this.#side.isAllSent;
  }

  /** How many frames the engine still has. */
  waiting(): Promise<number> {
    return this.#link.tryOnce(() => this.#side.waiting());
  }

  /** Resolves once it is known how many slots there are; or after a moment, as workers may be started by what waits. */
  async ready(): Promise<void> {
    const { clock } = this.#init;
    const untilMs = clock.now() + MAX_READY_MS;
    this.#side.open().catch(() => {});
    const isReady = () => this.slots > 0 || this.isClosed || clock.now() >= untilMs;
    while (!isReady()) await clock.sleep(READY_LOOK_MS, this.#link.signal).catch(() => {});
    this.#isReady = true;
  }

  /** Runs one attempt of `call`. */
  readonly run = (call: Call): Promise<unknown> => {
    if (this.isClosed) {
      const why = "as its pool is closed";
      return Promise.reject(new ConfigurationError(`Cannot run an item of ${this.#name} ${why}`));
    }
    let job: ClusterJob;
    try {
      job = new ClusterJob(call, writeItem(call, ++this.#lastRef, this.#init), this);
    } catch (error) {
      return Promise.reject(error);
    }
    call.attempt = job;
    this.#cancelIdle?.();
    this.#jobs.set(job.item.ref, job);
    this.#watch.start();
    this.#side.add(job);
    return job.promise;
  };

  /** Stops `job`, which rejects with `reason` at once. */
  stop(job: ClusterJob, reason: unknown): void {
    this.#settle(job, () => job.fail(reason));
    if (this.#jobs.size === 0) this.#side.cancelBelow(this.#lastRef + 1);
    else this.#side.cancel(job.item.ref);
  }

  /** Sends again what the engine has forgotten. */
  onForgotten(): void {
    void this.#side.sendAgain([...this.#jobs.values()].filter(({ isSent }) => isSent));
  }

  /** Warns that there is no worker for what waits. */
  onNoWorker(): void {
    const { task, version } = this.#init.address;
    const place = `${task}@${version}`;
    const message = `no worker of ${place} answers: items of ${this.#name} wait until one is started`;
    this.#init.telemetry.warnOnce("no worker", this.#init.functionName, message);
  }

  /** Ends what is under way with `error`: the engine will not bring its results any more. */
  onEnded(error: unknown): void {
    this.#fail([...this.#jobs.values()], error);
  }

  /** Ends what is under way, which rejects with a {@link WorkerError}. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.#cancelIdle?.();
    const why = "to its end as its pool was closed";
    for (const job of this.#jobs.values()) {
      this.#settle(job, () => job.fail(new WorkerError(`Cannot run an item of ${this.#name} ${why}`)));
    }
    this.#side.cancelBelow(this.#lastRef + 1);
    this.#link.stop();
    await this.#side.close();
  }

  #takeResults(bytes: Uint8Array, run: string): void {
    const frame = resultsOf(readFrame(bytes));
    if (frame?.run !== run) {
      const message = `results of ${this.#name} came in a form that is not known here: are all workers of one version?`;
      return this.#init.telemetry.warnOnce("foreign results", this.#init.functionName, message);
    }
    this.#watch.noteNews();
    const { by, itemMs, results } = frame;
    this.#size.record(itemMs);
    if (by !== undefined) this.#seen.see(by, results.length, this.#init.clock.now());
    for (const result of results) {
      const job = this.#jobs.get(result.ref);
      // What came twice, or too late, counts no more.
      if (job === undefined) continue;
      if (by !== undefined) stateOf(job.call).worker = by;
      this.#settle(job, () => this.#end(job, result));
    }
  }

  #end(job: ClusterJob, { status, correlationId, line }: WireResult): void {
    const { known } = this.#init;
    if (correlationId !== null) stateOf(job.call).correlationId ??= correlationId;
    try {
      if (status === "ok") return job.succeed(readValues(line, known)[0]);
      const error = readError(line, known);
      if (error instanceof WorkerError) this.#countCrash(job.call, error);
      job.fail(error);
    } catch (error) {
      job.fail(new SerializationError("Cannot read what a worker returned", { cause: error }));
    }
  }

  /** An item that brings workers down must not be sent endlessly. */
  #countCrash(call: Call, { crashes }: WorkerError): void {
    const count = (this.#crashes.get(call) ?? 0) + 1;
    this.#crashes.set(call, count);
    if (crashes === undefined && count < this.#init.maxCrashes) return;
    // No round follows, and the error is one of the call's attempts, as all others are.
    const state = stateOf(call);
    state.limits = { timeoutMs: undefined, deadlineMs: undefined, ...state.limits, retries: 0 };
  }

  #fail(jobs: readonly ClusterJob[], error: unknown): void {
    for (const job of jobs) this.#settle(job, () => job.fail(error));
  }

  #settle(job: ClusterJob, end: () => void): void {
    if (job.isSettled) return;
    this.#jobs.delete(job.item.ref);
    end();
    if (this.#jobs.size > 0) return;
    this.#watch.stop();
    this.#cancelIdle?.();
    if (!this.isClosed) this.#cancelIdle = this.#closeLater();
  }

  /** An engine without a line keeps no process alive. */
  #closeLater(): () => void {
    const close = () => void this.#side.close().catch(() => {});
    const timer = this.#init.clock.setBackgroundTimer?.(IDLE_MS, close);
    return timer === undefined ? setBackgroundTimer(IDLE_MS, close) : () => timer.cancel();
  }
}
