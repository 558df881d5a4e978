/** The versions that the tests run on; `npx` keeps them in its own cache and installs nothing else. */
const TOOLS = {
  node: "node@24.21.0",
  // The one that is there, run by this Node, and so are the scripts that it starts.
  npm: "node@24.21.0",
  bun: "bun@1.4.5",
  deno: "deno@2.5.0",
  tsc: "typescript@5.9.3",
  esbuild: "esbuild@0.28.2",
  workerd: "workerd@1.20261117.1",
} as const;

/** The name of a program from npm that the tests run. */
export type ToolName = keyof typeof TOOLS;

/** Runs a program from npm with these arguments in this directory. */
export type Tool = (cwd: string, ...args: string[]) => Promise<Ended>;

/** What a program left. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const REPOSITORY = new URL("../../", import.meta.url);
const LIMIT_MS = 300_000;

/** A package that is packed already, for the tests of many files to share: its path from the repository. */
const PACKED = Deno.env.get("OPERO_PACKAGE");

interface Place {
  readonly cwd: string | URL;
  /** Where programs are looked for, if not where the tests themselves look. */
  readonly path?: string;
}

/** Runs a program to its end, or ends it after five minutes. */
async function runProgram({ cwd, path }: Place, program: string, ...args: string[]): Promise<Ended> {
  const env = { NO_COLOR: "1", ...(path === undefined ? {} : { PATH: path }) };
  const options = { args, cwd, env, signal: AbortSignal.timeout(LIMIT_MS) };
  const { code, stdout, stderr } = await new Deno.Command(program, options).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The tool, which `npx` fetches first where it has to; `undefined` without npm, or without a network. */
export async function findTool(name: ToolName, version: string = TOOLS[name]): Promise<Tool | undefined> {
  const path = await findPath(version);
  if (path === undefined) return undefined;
  const tool: Tool = (cwd, ...args) => runProgram({ cwd, path }, name, ...args);
  const isThere = await mustEnd(tool(Deno.cwd(), "--version")).then(() => true, () => false);
  return isThere ? tool : undefined;
}

/** Starts a program from npm with these arguments, to be ended by who asked; `undefined` where it cannot be had. */
export async function findServer(name: ToolName): Promise<((...args: string[]) => Deno.ChildProcess) | undefined> {
  const path = await findPath(TOOLS[name]);
  if (path === undefined || await findTool(name) === undefined) return undefined;
  return (...args) => new Deno.Command(name, { args, env: { PATH: path }, stdout: "null", stderr: "null" }).spawn();
}

/** Where programs are looked for once `npx` has fetched this package. */
async function findPath(version: string): Promise<string | undefined> {
  try {
    // Run from where `npx` has it from then on, as `npx` itself takes longer than most of what it would run.
    const args = ["-y", `--package=${version}`, "--", "node", "-p", "process.env.PATH"];
    return (await mustEnd(runProgram({ cwd: Deno.cwd() }, "npx", ...args))).trim();
  } catch {
    return undefined;
  }
}

/** Projects with the packed package, which is packed once. */
export class PackedProjects {
  readonly #directories = new Map<string, Promise<string>>();

  /**
   * The directory of a project with the packed package, with `files` of this folder or the examples, and with `packages`
   * of npm. Where it could not be made it is tried again for the next who asks: a failure of npm fails one test.
   */
  directory(files: readonly string[], packages: readonly string[] = []): Promise<string> {
    return this.#once(packages.join(), async () => {
      const project = await Deno.makeTempDir({ prefix: "opero-packed-" });
      const manifest = { name: "packed-project", private: true, type: "module" };
      await Deno.writeTextFile(`${project}/package.json`, JSON.stringify(manifest));
      for (const file of files) await Deno.copyFile(new URL(file, import.meta.url), `${project}/${lastPart(file)}`);
      await this.#install(project, packages);
      return project;
    });
  }

  /** The directory of a copy of the project `source` of the examples, with what it asks for and the packed package. */
  example(source: string, packages: readonly string[] = []): Promise<string> {
    return this.#once(source, async () => {
      const project = await Deno.makeTempDir({ prefix: "opero-packed-" });
      const from = new URL(`examples/${source}/`, REPOSITORY);
      for (const { name } of Deno.readDirSync(from)) await Deno.copyFile(new URL(name, from), `${project}/${name}`);
      await this.#install(project, packages);
      return project;
    });
  }

  async #install(project: string, packages: readonly string[]): Promise<void> {
    const tarball = PACKED === undefined
      ? `${await this.#once("tarball", pack)}/package.tgz`
      : new URL(PACKED, REPOSITORY).pathname;
    const args = ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball, ...packages];
    await mustEnd(runProgram({ cwd: project }, "npm", ...args));
  }

  async remove(): Promise<void> {
    for (const directory of this.#directories.values()) await Deno.remove(await directory, { recursive: true });
  }

  #once(key: string, make: () => Promise<string>): Promise<string> {
    const known = this.#directories.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#directories.set(key, made);
    made.catch(() => this.#directories.delete(key));
    return made;
  }
}

async function pack(): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "opero-packed-" });
  const target = `${directory}/package.tgz`;
  const args = ["task", "pack", "--allow-dirty", "--repository", "https://example.com/opero/core", "-o", target];
  await mustEnd(runProgram({ cwd: REPOSITORY }, Deno.execPath(), ...args));
  return directory;
}

function lastPart(path: string): string {
  return path.split("/").at(-1)!;
}

/** What `ended` left on stdout. */
export async function mustEnd(ended: Promise<Ended>): Promise<string> {
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`The program ended with ${code}\n${stdout}\n${stderr}`);
  return stdout;
}
