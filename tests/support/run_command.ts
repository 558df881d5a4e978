/** How a command ended. */
export interface CommandEnded {
  readonly code: number;
  /** The lines that it wrote to stdout. */
  readonly lines: readonly string[];
  /** The lines that it wrote to stderr. */
  readonly told: readonly string[];
}

const ROOT = new URL("../../", import.meta.url);
const CLI = new URL("cli.ts", ROOT).pathname;
const ARGS = ["run", "-A", "--no-lock", "--quiet", "--config", new URL("deno.json", ROOT).pathname, CLI];

/** A directory with the files of a user. */
export class CommandPlace implements AsyncDisposable {
  /** Where it is. */
  readonly path: string;

  /** Makes the directory; the files by their names. */
  constructor(files: Readonly<Record<string, string>>) {
    this.path = Deno.makeTempDirSync({ prefix: "opero-command-" });
    for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${this.path}/${name}`, text);
  }

  /** The command without its arguments, as a shell takes it. */
  get commandLine(): string {
    return [Deno.execPath(), ...ARGS].map((part) => `'${part}'`).join(" ");
  }

  /** The text of a file. */
  read(name: string): string {
    return Deno.readTextFileSync(`${this.path}/${name}`);
  }

  /** The command, begun; who calls has to end it. */
  spawn(args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: [...ARGS, ...args],
      cwd: this.path,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Runs the command to its end with this on its stdin. */
  async run(args: readonly string[], input = ""): Promise<CommandEnded> {
    const child = this.spawn(args);
    const fed = feed(child, input);
    const ended = await endOf(child);
    await fed;
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Writes `input` to the stdin of a command, which need not read it. */
export async function feed(child: Deno.ChildProcess, input: string): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch {
    // It ended before.
  }
}

/** What a command left once it has ended. */
export async function endOf(child: Deno.ChildProcess): Promise<CommandEnded> {
  const { code, stdout, stderr } = await child.output();
  return { code, lines: linesIn(stdout), told: linesIn(stderr) };
}

function linesIn(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes);
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
