/**
 * A caller of `cluster_job.ts` that continues from a journal: as a program, `caller_process.ts <broker> <journal> <items>
 * <ms an item>`, which prints the results as JSON.
 */
import { openJob } from "./cluster_job.ts";

const SCRIPT = new URL(import.meta.url).pathname;

/** What a caller runs. */
export interface CallerWork {
  readonly url: string;
  readonly journal: string;
  readonly items: number;
  /** How long an item takes, in milliseconds. */
  readonly ms: number;
}

/** A process that may be killed, and is followed by another, until one has all results. */
export class CallerProcess {
  /** The results of the one that came to the end. */
  readonly results: Promise<unknown>;
  /** How many were killed. */
  kills = 0;
  readonly #work: CallerWork;
  #child: Deno.ChildProcess | undefined = undefined;
  #isOver = false;

  /** Starts the first. */
  constructor(work: CallerWork) {
    this.#work = work;
    this.results = this.#run();
  }

  /** Whether one has all results, or has failed by itself. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Kills the one that runs. */
  kill(): void {
    if (this.#isOver) return;
    this.kills++;
    this.#child?.kill("SIGKILL");
  }

  async #run(): Promise<unknown> {
    const { url, journal, items, ms } = this.#work;
    const args = ["run", "--no-check", "--quiet", "-A", SCRIPT, url, journal, String(items), String(ms)];
    try {
      while (true) {
        this.#child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "piped" }).spawn();
        const { success, signal, stdout, stderr } = await this.#child.output();
        const decoder = new TextDecoder();
        if (success) return JSON.parse(decoder.decode(stdout));
        if (signal !== "SIGKILL") throw new Error(`The caller failed: ${decoder.decode(stderr)}`);
      }
    } finally {
      this.#isOver = true;
    }
  }
}

if (import.meta.main) {
  const [url, journal, items, ms] = Deno.args as [string, string, string, string];
  await using job = openJob({ url }, { maxCrashesPerItem: 50, journal });
  const all = Array.from({ length: Number(items) }, (_, n) => ({ n, ms: Number(ms) }));
  console.log(JSON.stringify(await job(all)));
}
