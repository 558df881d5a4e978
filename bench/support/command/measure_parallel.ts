import { describeMachine } from "../sections.ts";
import { type Contender, OF_EXIT, OF_HALT, OF_RECORD, OF_RESUME, OF_SPEED, OF_START } from "./contenders.ts";
import { measure, runShell } from "./measured_process.ts";
import type { ExitResult, HaltResult, ParallelResult, ResumeResult, SpeedResult } from "./parallel_result.ts";

const JOBS = 10_000;
const RECORDED_JOBS = 1_000;
const QUICK_JOBS = 100;
const RESUMED_JOBS = 40;
const HALTED_JOBS = 100;

/**
 * Runs jobs by `opero map` and by GNU parallel.
 *
 * @param isQuick Whether few jobs are enough, for a look.
 * @returns What was measured.
 */
export async function measureParallel(isQuick: boolean): Promise<ParallelResult> {
  await using place = new Place();
  const [jobs, recordedJobs] = isQuick ? [QUICK_JOBS, QUICK_JOBS] : [JOBS, RECORDED_JOBS];
  const { lines: [version = ""] } = await runShell(place.path, "parallel --version");
  return {
    day: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    version: version.replace(/^GNU parallel /, ""),
    load: Deno.loadavg()[0]!,
    isQuick,
    jobs,
    speed: await compareSpeed(place, jobs, OF_SPEED),
    recorded: { jobs: recordedJobs, results: await compareSpeed(place, recordedJobs, OF_RECORD) },
    single: await compareSpeed(place, 1, OF_START),
    resumed: { jobs: RESUMED_JOBS, results: await compareResume(place) },
    halted: { jobs: HALTED_JOBS, results: await compareHalt(place) },
    exits: await compareExitCodes(place),
  };
}

/** A directory in which the commands run. */
class Place implements AsyncDisposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "opero-parallel-" });

  write(name: string, lines: readonly string[]): void {
    Deno.writeTextFileSync(`${this.path}/${name}`, lines.map((line) => `${line}\n`).join(""));
  }

  read(name: string): string[] {
    return Deno.readTextFileSync(`${this.path}/${name}`).split("\n").filter((line) => line !== "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

async function compareSpeed(place: Place, jobs: number, all: readonly Contender[]): Promise<SpeedResult[]> {
  place.write("jobs.txt", namesOf(jobs));
  const results: SpeedResult[] = [];
  for (const [name, command] of all) {
    const { code, ...figures } = await measure(place.path, command);
    if (code !== 0) throw new Error(`${name} ended with ${code}: ${command}`);
    results.push({ name, ...figures });
  }
  return results;
}

/** Each is killed in the middle, and run again with its lines in another order and a new one before all others. */
async function compareResume(place: Place): Promise<ResumeResult[]> {
  const results: ResumeResult[] = [];
  const jobs = namesOf(RESUMED_JOBS);
  for (const [name, command] of OF_RESUME) {
    place.write("begun.txt", []);
    place.write("jobs.txt", jobs);
    await killInTheMiddle(place, command);
    place.write("jobs.txt", ["new", ...jobs.toReversed()]);
    const { code, lines } = await runShell(place.path, command);
    const begun = place.read("begun.txt");
    const missing = ["new", ...jobs].filter((job) => !begun.includes(job)).length;
    results.push({ name, again: begun.length - new Set(begun).size, missing, lines: lines.length, code });
  }
  return results;
}

async function killInTheMiddle(place: Place, command: string): Promise<void> {
  const args = ["-c", command];
  const child = new Deno.Command("sh", { args, cwd: place.path, stdout: "null", stderr: "null" }).spawn();
  while (place.read("begun.txt").length < RESUMED_JOBS / 2) await sleep(10);
  child.kill("SIGKILL");
  await child.status;
  // What parallel started lives on, and ends by itself.
  await sleep(500);
}

async function compareHalt(place: Place): Promise<HaltResult[]> {
  place.write("jobs.txt", namesOf(HALTED_JOBS).with(9, "bad"));
  const results: HaltResult[] = [];
  for (const [name, command] of OF_HALT) {
    place.write("begun.txt", []);
    place.write("ended.txt", []);
    const { code } = await runShell(place.path, command);
    results.push({ name, begun: place.read("begun.txt").length, ended: place.read("ended.txt").length, code });
  }
  return results;
}

async function compareExitCodes(place: Place): Promise<ExitResult[]> {
  place.write("jobs.txt", ["a", "bad-1", "b", "bad-2", "c"]);
  const results: ExitResult[] = [];
  for (const [name, command] of OF_EXIT) results.push({ name, code: (await runShell(place.path, command)).code });
  return results;
}

function namesOf(jobs: number): string[] {
  return Array.from({ length: jobs }, (_, i) => `job-${i}`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
