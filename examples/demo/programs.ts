const ENRICH = new URL("./enrich.ts", import.meta.url).pathname;
const COMMAND = new URL("../../cli.ts", import.meta.url).pathname;

/** A process that enriches the records; what it shows of its progress goes to this terminal. */
export function startEnrichment(url: string, directory: string, journal: string): Deno.ChildProcess {
  const permissions = ["--allow-net=127.0.0.1", `--allow-read=examples,${directory}`, `--allow-write=${directory}`];
  const args = ["run", "--quiet", ...permissions, ENRICH, url, journal];
  return new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped", stderr: "inherit" }).spawn();
}

/** Writes the page about the runs of `journal`, as `opero report` does; returns its path. */
export async function writeReport(directory: string, journal: string): Promise<string> {
  const permissions = [`--allow-read=${directory}`, `--allow-write=${directory}`];
  const args = ["run", "--quiet", ...permissions, COMMAND, "report", journal];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}
