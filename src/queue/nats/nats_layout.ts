import type { Lane, TaskAddress } from "../engine.ts";

/** The version of all that stands in the broker: another one gets streams of its own, and never meets this one. */
const LAYOUT_VERSION = 1;

/** The news that go by no stream: they are lost where they find no listener. */
export type NatsNews = "heartbeat" | "hello" | "reopened" | "cancel" | "alone";

/** The names of streams, consumers and subjects. */
export class NatsLayout {
  /** The stream of the frames that wait for workers, or are leased. */
  readonly workStream: string;
  /** The stream of results that their callers have not taken yet. */
  readonly resultStream: string;
  readonly #root: string;

  /** The names that begin with `prefix`. */
  constructor(prefix: string) {
    this.#root = `${prefix}.${LAYOUT_VERSION}`;
    this.workStream = `${prefix}-${LAYOUT_VERSION}-work`;
    this.resultStream = `${prefix}-${LAYOUT_VERSION}-results`;
  }

  /** The subjects of all frames. */
  get allWork(): string {
    return `${this.#root}.work.>`;
  }

  /** The subjects of all results. */
  get allResults(): string {
    return `${this.#root}.results.>`;
  }

  /**
   * The subject of the frames of a run in a lane.
   *
   * @param address The task.
   * @param lane The lane, or `"*"` for all.
   * @param run The run, or `"*"` for all.
   * @returns The subject.
   */
  work({ task, version }: TaskAddress, lane: Lane | "*", run: string): string {
    return `${this.#root}.work.${task}.${version}.${lane}.${run}`;
  }

  /**
   * The run that a frame belongs to.
   *
   * @param subject The subject of the frame.
   * @returns The run.
   */
  runOf(subject: string): string {
    return subject.slice(subject.lastIndexOf(".") + 1);
  }

  /**
   * The subject of the results of a run.
   *
   * @param address The task.
   * @param run The run.
   * @returns The subject.
   */
  results({ task, version }: TaskAddress, run: string): string {
    return `${this.#root}.results.${task}.${version}.${run}`;
  }

  /**
   * By what a stream knows that it has a message already.
   *
   * @param address The task.
   * @param run The run.
   * @param id Distinguishes the message from the others of the run in its stream.
   * @returns The id.
   */
  messageId({ task, version }: TaskAddress, run: string, id: string): string {
    return `${task}@${version}/${run}/${id}`;
  }

  /**
   * The subject of news.
   *
   * @param address The task.
   * @param news What they are about.
   * @returns The subject.
   */
  news({ task, version }: TaskAddress, news: NatsNews): string {
    return `${this.#root}.news.${task}.${version}.${news}`;
  }

  /**
   * The name of the consumer that hands out a lane, or the results of a run.
   *
   * @param address The task.
   * @param what The lane, in the stream of frames; the run, in the stream of results.
   * @returns The name; `@` is in no name of a task.
   */
  consumer({ task, version }: TaskAddress, what: string): string {
    return `${task}@${version}@${what}`;
  }
}
