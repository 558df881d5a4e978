const SCRIPT = new URL("./cache_writer.ts", import.meta.url).pathname;

/** Starts a process that writes into caches: see `cache_writer.ts`. */
export function startWriter(...args: string[]): Deno.ChildProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", "-A", SCRIPT, ...args],
    stdout: "piped",
    stderr: "inherit",
  });
  return command.spawn();
}
