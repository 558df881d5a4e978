import type { LockedCall, LockedReport } from "./locked_caller.ts";

const SCRIPT = new URL("./locked_caller.ts", import.meta.url).pathname;

/** A process of `locked_caller.ts`. */
export class LockedProcess {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts one, and resolves once it can begin. */
  static async start(place: string, call: LockedCall): Promise<LockedProcess> {
    const args = ["run", "--no-check", "--quiet", "-A", SCRIPT, place, JSON.stringify(call)];
    const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped", stderr: "inherit" })
      .spawn();
    const process = new LockedProcess(child);
    await process.#line();
    return process;
  }

  /** Lets it begin. */
  async begin(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("\n"));
    await writer.close();
  }

  /** What it reports at its end. */
  async report(): Promise<LockedReport> {
    const report: LockedReport = JSON.parse(await this.#line());
    await this.#lines.cancel();
    await this.#child.status;
    return report;
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Ends it, whatever it does. */
  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#lines.cancel();
  }

  async #line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error("The process has ended");
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }
}

/** How often each key was executed, by the file that the processes record it in, and by whom. */
export function executionsIn(record: string): Map<string, string[]> {
  const executions = new Map<string, string[]>();
  for (const line of Deno.readTextFileSync(record).trim().split("\n")) {
    const [, key, name] = /^(key \d+) (\S+)$/.exec(line)!;
    executions.set(key!, [...executions.get(key!) ?? [], name!]);
  }
  return executions;
}
