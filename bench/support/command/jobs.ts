/** What `opero map` runs beside GNU parallel. */

/** A job of no work. */
export function nothing(line: string): string {
  return line;
}

/** A job that starts a process, as each one of parallel does. */
export async function process(line: string): Promise<string> {
  const { stdout } = await new Deno.Command("echo", { args: [line], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).trimEnd();
}

/** A job that takes a while, and leaves its name in a file. */
export async function recorded(line: string): Promise<string> {
  Deno.writeTextFileSync("begun.txt", `${line}\n`, { append: true });
  await new Promise((resolve) => setTimeout(resolve, 100));
  return line;
}

/** A job that fails for the lines that say so. */
export function failing(line: string): string {
  if (line.startsWith("bad")) throw new Error("bad");
  return line;
}

/** A job that says when it begins and when it ends, unless it fails. */
export async function halting(line: string): Promise<string> {
  Deno.writeTextFileSync("begun.txt", `${line}\n`, { append: true });
  failing(line);
  await new Promise((resolve) => setTimeout(resolve, 500));
  Deno.writeTextFileSync("ended.txt", `${line}\n`, { append: true });
  return line;
}
