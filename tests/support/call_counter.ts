import { Session } from "node:inspector";

const SOURCE = new URL("../../src/", import.meta.url).href;

/** V8 counts the fields of a class as a function beside its constructor. */
const FIELDS = "<instance_members_initializer>";

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly functionName: string; readonly ranges: readonly { count: number }[] }[];
  }[];
}

/** What of this library ran in this thread. */
export interface CalledFunctions {
  /** Each function with the file that it stands in and how often it was called. */
  readonly functions: readonly string[];
  /** How many calls there were. */
  readonly calls: number;
}

/** Counts by V8's coverage which functions of `src/` a piece of code calls. */
export class CallCounter implements AsyncDisposable {
  readonly #session = new Session();

  /** One that counts from now on. */
  static async start(): Promise<CallCounter> {
    const counter = new CallCounter();
    counter.#session.connect();
    await counter.#post("Profiler.enable");
    await counter.#post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
    return counter;
  }

  /** What `run` calls until what it answers has settled. */
  async count(run: () => Promise<unknown>): Promise<CalledFunctions> {
    // Each asking begins to count anew.
    await this.#post("Profiler.takePreciseCoverage");
    await run();
    const { result } = await this.#post("Profiler.takePreciseCoverage") as Coverage;
    const functions: string[] = [];
    let calls = 0;
    for (const { url, functions: found } of result.filter(({ url }) => url.startsWith(SOURCE))) {
      for (const { functionName, ranges: [range] } of found) {
        if (range!.count === 0 || functionName === FIELDS) continue;
        calls += range!.count;
        functions.push(`${url.slice(SOURCE.length)} ${functionName || "(anonymous)"} × ${range!.count}`);
      }
    }
    return { functions, calls };
  }

  /** The least that `run` calls, of so many times: what a timer calls in between is not on the way. */
  async leastOf(times: number, run: () => Promise<unknown>): Promise<CalledFunctions> {
    let least = await this.count(run);
    for (let time = 1; time < times; time++) {
      const next = await this.count(run);
      if (next.functions.length < least.functions.length) least = next;
    }
    return least;
  }

  /** Ends the counting. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#post("Profiler.stopPreciseCoverage");
    await this.#post("Profiler.disable");
    this.#session.disconnect();
  }

  #post(method: string, parameters: object = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#session.post(method, parameters, (error: Error | null, result?: object) => {
        if (error === null) resolve(result);
        else reject(error);
      });
    });
  }
}
