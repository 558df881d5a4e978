/** How a run of tests ended. */
export interface TestRun {
  readonly outcome: "passed" | "failed" | "out of time";
  readonly tookMs: number;
  /** The first test that failed, with its file. */
  readonly noticedBy?: string;
}

/** A copy of the project in which files can be changed and tests run, one change at a time. */
export class Workspace implements AsyncDisposable {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** Copies what the tests need of the project at `from`. */
  static async copyOf(from: string): Promise<Workspace> {
    const root = await Deno.makeTempDir({ prefix: "opero-mutations-" });
    const names = [
      "deno.json",
      "deno.lock",
      "src",
      "tests",
      "tools",
      "bench",
      "examples",
      "docs",
      "README.md",
      "LICENSE",
    ];
    const entries = [...Deno.readDirSync(from)].map(({ name }) => name);
    const wanted = entries.filter((name) => names.includes(name) || name.endsWith(".ts") || name.endsWith(".md"));
    await run("cp", ["-R", ...wanted.map((name) => `${from}/${name}`), root]);
    return new Workspace(root);
  }

  /** The text of `file`. */
  read(file: string): string {
    return Deno.readTextFileSync(`${this.#root}/${file}`);
  }

  /** Runs `check` while `file` holds `changed`. */
  async withChange<T>(file: string, changed: string, check: () => Promise<T>): Promise<T> {
    const original = this.read(file);
    Deno.writeTextFileSync(`${this.#root}/${file}`, changed);
    try {
      return await check();
    } finally {
      Deno.writeTextFileSync(`${this.#root}/${file}`, original);
    }
  }

  /** Runs the tests in `files`; those that loop without end are stopped after `limitMs` milliseconds. */
  async test(files: readonly string[], limitMs: number): Promise<TestRun> {
    const report = `${this.#root}/junit.xml`;
    const flags = ["-A", "--no-check", "--quiet", "--fail-fast", "--unstable-kv", `--junit-path=${report}`];
    const args = ["test", ...flags, ...files];
    const command = new Deno.Command(Deno.execPath(), { args, cwd: this.#root, stdout: "null", stderr: "null" });
    const startedAtMs = performance.now();
    const child = command.spawn();
    let isOutOfTime = false;
    const timer = setTimeout(() => {
      isOutOfTime = true;
      child.kill("SIGKILL");
    }, limitMs);
    const { success } = await child.status;
    clearTimeout(timer);
    const tookMs = performance.now() - startedAtMs;
    if (isOutOfTime) return { outcome: "out of time", tookMs };
    if (success) return { outcome: "passed", tookMs };
    return { outcome: "failed", tookMs, noticedBy: firstFailure(Deno.readTextFileSync(report)) };
  }

  /** Removes the copy. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }
}

/** The first test that a JUnit report says failed; none is named where a file cannot even be loaded. */
function firstFailure(report: string): string {
  const found = /<testcase name="([^"]*)" classname="([^"]*)"[^>]*>\s*<(?:failure|error)/.exec(report);
  if (found === null) return "a file of tests that does not load";
  const text = (escaped: string) =>
    escaped.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&apos;", "'")
      .replaceAll("&amp;", "&");
  return `${found[2]!.replace(/^\.\//, "")}: ${text(found[1]!)}`;
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  if (!success) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
}
