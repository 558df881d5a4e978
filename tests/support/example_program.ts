import { exampleUrl } from "./example_document.ts";
import { until } from "./until.ts";

const ROOT = exampleUrl("../");

/** How a program is started. */
export interface ProgramOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** An example that runs, with the lines that it has written so far. */
export class ExampleProgram implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #ended: Promise<number>;
  #isRead = false;

  /** Starts a program with its arguments; `deno` is the one that runs the tests. */
  constructor([program = "", ...args]: readonly string[], { env, cwd }: ProgramOptions) {
    this.#child = new Deno.Command(program === "deno" ? Deno.execPath() : program, {
      args,
      cwd: cwd ?? ROOT,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const read = this.#read();
    this.#ended = Promise.all([this.#child.status, read]).then(([{ code }]) => code);
  }

  /** Waits until it has written as many lines. */
  async untilLines(count: number): Promise<void> {
    await until(() => this.lines.length >= count || this.#isRead);
  }

  /** Waits until it ends by itself. */
  async untilEnd(): Promise<number> {
    return await this.#ended;
  }

  /** Ends it. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.lines.push(...lines);
    }
    this.#isRead = true;
  }
}

/** Waits until something listens on a port of this machine. */
export async function untilListening(port: number): Promise<void> {
  await until(() =>
    Deno.connect({ hostname: "127.0.0.1", port }).then((connection) => {
      connection.close();
      return true;
    }, () => false)
  );
}

/** A port that is free. */
export function freePort(): number {
  using listener = Deno.listen({ port: 0 });
  return listener.addr.port;
}
