import type { JobPlace } from "./cluster_job.ts";

const SCRIPT = new URL("./cluster_job.ts", import.meta.url).pathname;

/** Processes that are workers of `cluster_job.ts`; one that dies can be followed by another. */
export class WorkerProcesses implements AsyncDisposable {
  readonly #place: Required<JobPlace>;
  readonly #slots: number;
  readonly #running = new Map<Deno.ChildProcess, Promise<unknown>>();
  /** The codes of those that have ended. */
  readonly codes: number[] = [];
  isRestarting = false;

  /** No process yet. */
  constructor(place: Required<JobPlace>, slots: number) {
    [this.#place, this.#slots] = [place, slots];
  }

  /** Starts one, and resolves once it takes items. */
  async start(): Promise<Deno.ChildProcess> {
    const { url, version, lease, record } = this.#place;
    const args = ["run", "--no-check", "--quiet", "-A", SCRIPT, url, version, String(this.#slots), lease, record];
    const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "null" }).spawn();
    this.#running.set(child, this.#watch(child));
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    return child;
  }

  /** Sends a signal to one of them, and resolves once that has ended. */
  async end(signal: Deno.Signal): Promise<void> {
    const [[child, ended]] = this.#running as unknown as [[Deno.ChildProcess, Promise<unknown>]];
    child.kill(signal);
    await ended;
  }

  /** Kills all. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.isRestarting = false;
    for (const [child, ended] of this.#running) {
      child.kill("SIGKILL");
      await ended;
    }
  }

  async #watch(child: Deno.ChildProcess): Promise<void> {
    const { code } = await child.status;
    this.codes.push(code);
    this.#running.delete(child);
    if (this.isRestarting) void this.start();
  }
}
