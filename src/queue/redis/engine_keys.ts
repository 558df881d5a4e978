import type { Lane, TaskAddress } from "../engine.ts";

/** The version of all that stands in the server: another one gets keys of its own, and never meets this one. */
const LAYOUT_VERSION = 1;

/** The keys of a task, which all lie on one server of a cluster. */
export class EngineKeys {
  /** What is cancelled, and that there is something in the lane `"alone"`. */
  readonly news: string;
  /** The slots of the workers. */
  readonly workers: string;
  readonly #root: string;

  /** The keys of the task at `address`. */
  constructor(prefix: string, { task, version }: TaskAddress) {
    this.#root = `${prefix}queue:${LAYOUT_VERSION}:{${task}@${version}}:`;
    this.news = `${this.#root}news`;
    this.workers = `${this.#root}workers`;
  }

  /** The frames of a lane. */
  lane(lane: Lane): string {
    return `${this.#root}${lane}`;
  }

  /** That the caller of a run is there. */
  mark(run: string): string {
    return `${this.#root}caller:${run}`;
  }

  /** Where the frames of a run are. */
  frames(run: string): string {
    return `${this.#root}frames:${run}`;
  }

  /** The results of a run. */
  results(run: string): string {
    return `${this.#root}results:${run}`;
  }
}
