/** What a program took. */
export interface Measured {
  readonly code: number;
  readonly seconds: number;
  /** Of the processor, by the program and all that it started. */
  readonly cpuSeconds: number;
  /** The resident memory of the largest of its processes. */
  readonly megabytes: number;
}

/** Runs a shell command in a directory to its end, measured by the `time` of GNU. */
export async function measure(directory: string, line: string): Promise<Measured> {
  const args = ["-f", "%e %U %S %M", "-o", "time.txt", "sh", "-c", line];
  const command = new Deno.Command("/usr/bin/time", { args, cwd: directory, stdout: "null", stderr: "null" });
  const { code } = await command.output();
  const text = Deno.readTextFileSync(`${directory}/time.txt`).trim().split("\n").at(-1)!;
  const [seconds = 0, user = 0, system = 0, kilobytes = 0] = text.split(" ").map(Number);
  return { code, seconds, cpuSeconds: user + system, megabytes: kilobytes / 1_000 };
}

/** Runs a shell command to its end; returns its exit code and the lines that it wrote. */
export async function runShell(directory: string, command: string): Promise<{ code: number; lines: string[] }> {
  const { code, stdout } = await new Deno.Command("sh", { args: ["-c", command], cwd: directory, stderr: "null" })
    .output();
  return { code, lines: new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "") };
}
