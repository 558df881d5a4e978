/**
 * Runs a script in a process of its own, and reads the figures that it prints as a line of JSON at the end.
 *
 * @param script Its path from the folder of the benchmarks.
 * @param args Its arguments.
 * @returns What it printed.
 * @throws {Error} If it fails.
 */
export async function inChild(script: string, ...args: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const address = new URL(`../${script}`, import.meta.url).href;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", address, ...args],
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new Error(`${script} ${args.join(" ")} failed: ${read(stderr)}`);
  return JSON.parse(read(stdout).split("\n").at(-1)!);
}
