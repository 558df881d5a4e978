const SCRIPT = new URL("./journal_job.ts", import.meta.url).pathname;

/** A process that runs a job: see `journal_job.ts`. */
export interface JournalJob {
  readonly pid: number;
  /** The next line that it says; `undefined` once it has ended. */
  line(): Promise<string | undefined>;
  /** Kills it, and resolves once it is gone. */
  kill(): Promise<void>;
  /** Resolves once it has ended. */
  ended(): Promise<void>;
}

/** Starts a process that runs a job, no item of which ends before there is a file `gate`. */
export function startJournalJob(path: string, items: number, workers: number, ms: number, gate?: string): JournalJob {
  const job = [path, ...[items, workers, ms].map(String), ...(gate === undefined ? [] : [gate])];
  const args = ["run", "--no-check", "--quiet", "-A", SCRIPT, ...job];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let isDone = false;
  const line = async () => {
    while (!text.includes("\n") && !isDone) {
      const { done, value } = await reader.read();
      isDone = done;
      text += value ?? "";
    }
    const end = text.indexOf("\n");
    if (end < 0) return undefined;
    const first = text.slice(0, end);
    text = text.slice(end + 1);
    return first;
  };
  const ended = async () => {
    while (await line() !== undefined);
    await child.status;
  };
  return {
    pid: child.pid,
    line,
    ended,
    kill: async () => {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await ended();
    },
  };
}
