/**
 * `opero map` beside GNU parallel: `deno task bench:parallel`. Needs parallel and the `time` of GNU (Debian: `apt-get
 * install parallel time`). The two do not do the same: parallel starts a process for each job, and a function is none.
 */
import { measure, type Measured, runShell } from "./support/command/measured_process.ts";

const CLI = new URL("../cli.ts", import.meta.url).pathname;
const CONFIG = new URL("../deno.json", import.meta.url).pathname;
const JOBS = new URL("./support/command/jobs.ts", import.meta.url).pathname;
const MAP = `${Deno.execPath()} run -A --quiet --no-lock --config ${CONFIG} ${CLI} map`;
const LINES = "--in lines --workers 8 --retries 0 --no-bar";
/** More of them take long: `deno task bench:parallel 5`. */
const ROUNDS = Number(Deno.args[0] ?? 1);
const JOBS_OF_SPEED = 10_000;
const JOBS_OF_RESUME = 40;

const directory = Deno.makeTempDirSync({ prefix: "opero-parallel-" });
const write = (name: string, lines: readonly string[]) =>
  Deno.writeTextFileSync(`${directory}/${name}`, lines.map((line) => `${line}\n`).join(""));

try {
  await compareSpeed();
  await compareResume();
  await compareExitCodes();
} finally {
  Deno.removeSync(directory, { recursive: true });
}

/** Contenders take turns; of each the median round by time is shown. */
async function compareSpeed(): Promise<void> {
  write("jobs.txt", Array.from({ length: JOBS_OF_SPEED }, (_, i) => `job ${i}`));
  const contenders = [
    ["opero map, a function", `${MAP} ${JOBS}#nothing ${LINES} --items jobs.txt`],
    [
      "opero map, a function, --journal",
      `rm -f j.jsonl; ${MAP} ${JOBS}#nothing ${LINES} --items jobs.txt --journal j.jsonl`,
    ],
    ["opero map, a process a job", `${MAP} ${JOBS}#process ${LINES} --items jobs.txt`],
    ["parallel -k", "parallel -k -j8 echo {} < jobs.txt"],
    ["parallel -k --joblog", "rm -f log; parallel -k -j8 --joblog log echo {} < jobs.txt"],
  ] as const;
  const rounds = new Map<string, Measured[]>(contenders.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const [name, command] of order) rounds.get(name)!.push(await measure(directory, command));
  }
  console.log(`\n${JOBS_OF_SPEED} jobs of no work, 8 at once, results in order (median of ${ROUNDS})\n`);
  for (const [name, all] of rounds) {
    const { seconds, cpuSeconds, megabytes } = all.sort((a, b) => a.seconds - b.seconds)[Math.floor(ROUNDS / 2)]!;
    const figures = `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processor, ${megabytes.toFixed(0)} MB`;
    console.log(`${name.padEnd(34)} ${figures}`);
  }
}

/** Both are killed in the middle, and run again with their lines in another order and a new one before all others. */
async function compareResume(): Promise<void> {
  const lines = Array.from({ length: JOBS_OF_RESUME }, (_, i) => `job-${i}`);
  const contenders = [
    ["opero map --journal", `exec ${MAP} ${JOBS}#recorded ${LINES} --items jobs.txt --journal r.jsonl`],
    [
      "parallel --joblog --resume",
      "exec parallel -k -j8 --joblog r --resume 'echo {} >> executed.txt; sleep 0.1; echo {}' < jobs.txt",
    ],
  ] as const;
  console.log(
    `\n${JOBS_OF_RESUME} jobs of 100 ms, killed in the middle (kill -9), then again with a new line put first\n`,
  );
  for (const [name, command] of contenders) {
    write("executed.txt", []);
    write("jobs.txt", lines);
    await killInTheMiddle(command);
    write("jobs.txt", ["new", ...lines.toReversed()]);
    const { code, lines: output } = await runShell(directory, command);
    const executed = Deno.readTextFileSync(`${directory}/executed.txt`).trim().split("\n");
    const again = executed.length - new Set(executed).size;
    const missing = ["new", ...lines].filter((line) => !executed.includes(line)).length;
    console.log(
      `${
        name.padEnd(28)
      } run twice: ${again}, never run: ${missing}, lines of output: ${output.length}, exit code ${code}`,
    );
  }
}

async function killInTheMiddle(command: string): Promise<void> {
  const args = ["-c", command];
  const child = new Deno.Command("sh", { args, cwd: directory, stdout: "null", stderr: "null" }).spawn();
  const executed = () => Deno.readTextFileSync(`${directory}/executed.txt`).split("\n").length - 1;
  while (executed() < JOBS_OF_RESUME / 2) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill("SIGKILL");
  await child.status;
  // What parallel started lives on, and ends by itself.
  await new Promise((resolve) => setTimeout(resolve, 500));
}

async function compareExitCodes(): Promise<void> {
  write("jobs.txt", ["a", "bad-1", "b", "bad-2", "c"]);
  const opero = `${MAP} ${JOBS}#failing ${LINES} --items jobs.txt --journal e.jsonl`;
  const parallel = `parallel -k -j8 --joblog e 'echo {}; case {} in bad*) exit 1;; esac' < jobs.txt`;
  const commands = [
    ["opero map", opero],
    ["opero map, again", opero],
    [
      "opero map --halt soon,fail=1",
      `${opero.replace("e.jsonl", "h.jsonl")} --workers=1 --halt soon,fail=1`.replace("--workers 8", ""),
    ],
    ["parallel", parallel],
    ["parallel --resume", parallel.replace("--joblog", "--resume --joblog")],
    ["parallel --resume-failed", parallel.replace("--joblog", "--resume-failed --joblog")],
    ["parallel --halt soon,fail=1", "parallel -k -j1 --halt soon,fail=1 'case {} in bad*) exit 1;; esac' < jobs.txt"],
  ] as const;
  console.log("\nFive jobs, two of which fail: exit codes\n");
  for (const [name, command] of commands) {
    console.log(`${name.padEnd(30)} ${(await runShell(directory, command)).code}`);
  }
}
