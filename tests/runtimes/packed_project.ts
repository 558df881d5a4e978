/** The versions that the tests run on; `npx` keeps them in its own cache and installs nothing else. */
const TOOLS = {
  node: "node@24.21.0",
  bun: "bun@1.4.5",
  tsc: "typescript@5.9.3",
} as const;

/** Something from npm that the tests run. */
export type Tool = keyof typeof TOOLS;

/** What a program left. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const REPOSITORY = new URL("../../", import.meta.url);
const LIMIT_MS = 60_000;

/** Runs a program to its end, or ends it after a minute. */
export async function runProgram(cwd: string | URL, program: string, ...args: string[]): Promise<Ended> {
  const options = { args, cwd, env: { NO_COLOR: "1" }, signal: AbortSignal.timeout(LIMIT_MS) };
  const { code, stdout, stderr } = await new Deno.Command(program, options).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs a tool by way of `npx`, which fetches it first where it has to. */
export function runTool(cwd: string, tool: Tool, ...args: string[]): Promise<Ended> {
  return runProgram(cwd, "npx", "-y", `--package=${TOOLS[tool]}`, "--", tool, ...args);
}

/** Whether the tool can be had: not so without npm, or without a network. */
export async function isObtainable(tool: Tool): Promise<boolean> {
  const ended = await runTool(Deno.cwd(), tool, "--version").catch(() => undefined);
  return ended?.code === 0;
}

/**
 * Packs the package and installs the tarball in a new project, together with `files` of this folder
 * or the examples, and with `packages` of npm. Answers with the project's directory, which the caller removes.
 */
export async function makePackedProject(files: readonly URL[], packages: readonly string[] = []): Promise<string> {
  const project = await Deno.makeTempDir({ prefix: "opero-packed-" });
  const manifest = { name: "packed-project", private: true, type: "module" };
  await Deno.writeTextFile(`${project}/package.json`, JSON.stringify(manifest));
  for (const file of files) await Deno.copyFile(file, `${project}/${file.pathname.split("/").at(-1)}`);
  await mustEnd(runProgram(REPOSITORY, Deno.execPath(), "pack", "--allow-dirty", "-o", `${project}/package.tgz`));
  await mustEnd(runProgram(project, "npm", "install", "--no-audit", "--no-fund", "./package.tgz", ...packages));
  return project;
}

/** What `ended` left on stdout. */
export async function mustEnd(ended: Promise<Ended>): Promise<string> {
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`The program ended with ${code}\n${stdout}\n${stderr}`);
  return stdout;
}
