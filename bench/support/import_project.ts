/** The peers, as npm has them. */
const PEERS = ["p-retry@9.0.0", "p-map@7.0.4", "lru-cache@11.5.3", "cockatiel@4.0.0"];

/** Runs a program to its end in `cwd`. */
async function run(cwd: string | URL, program: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args], cwd }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/**
 * Makes a project that has installed the packed package and its peers, as a user of npm does.
 *
 * @returns The directory; whoever made it removes it.
 */
export async function makeImportProject(): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "opero-import-" });
  const manifest = { name: "import-project", private: true, type: "module", sideEffects: false };
  await Deno.writeTextFile(`${directory}/package.json`, JSON.stringify(manifest));
  const root = new URL("../../", import.meta.url);
  await run(root, Deno.execPath(), "task", "pack", "--allow-dirty", "-o", `${directory}/opero.tgz`);
  await run(directory, "npm", "install", "--no-audit", "--no-fund", "./opero.tgz", ...PEERS);
  return directory;
}
