/**
 * Runs all benchmarks, each file in a process of its own: `deno task bench`. It prints one table of those that
 * are timed call by call, and then what those of maps and pools print.
 * With words as arguments only the files are run whose names begin with one of them.
 */
import type { Timing } from "./support/measure.ts";
import type { Subject } from "./support/subject.ts";

type Result = Pick<Subject, "name" | "target"> & { readonly timings: readonly Timing[] };

const FILES = ["retry_bench.ts", "policies_bench.ts", "cache_memory_bench.ts", "rate_limit_bench.ts", "stack_bench.ts"];

/** They time whole runs, or what these hold, and so print tables of their own. */
const MAP_FILES = ["opmap_bench.ts", "opmap_memory.ts", "pool_bench.ts"];

async function resultsOf(file: string): Promise<Result[]> {
  const lines = await outputOf(["support/measure.ts", new URL(file, import.meta.url).href]);
  return lines.map((line) => JSON.parse(line));
}

async function outputOf([script, ...args]: readonly [string, ...string[]]): Promise<string[]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL(script, import.meta.url).href, ...args],
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`${script} failed`);
  return new TextDecoder().decode(stdout).trim().split("\n");
}

function row({ name, target, timings }: Result): string {
  const [ours, ...peers] = timings as [Timing, ...Timing[]];
  const { ratio } = peers.find((peer) => peer.name === target.rival)!;
  const cells = [
    name,
    inNs(ours),
    peers.map((peer) => `${peer.name} ${inNs(peer)} (${peer.ratio.toFixed(2)}×)`).join("<br>"),
    `${ratio.toFixed(2)}× ${target.rival}`,
    `≤ ${target.atMost}×`,
    ratio <= target.atMost ? "met" : "missed",
  ];
  return `| ${cells.join(" | ")} |`;
}

function inNs({ nsPerCall }: Timing): string {
  return `${nsPerCall.toFixed(0)} ns`;
}

console.log(`Deno ${Deno.version.deno}, ${Deno.build.target}, ${navigator.hardwareConcurrency} cores\n`);
const isAsked = (file: string) => Deno.args.length === 0 || Deno.args.some((word) => file.startsWith(word));
const timedFiles = FILES.filter(isAsked);
if (timedFiles.length > 0) {
  console.log("| subject | ours | each peer (ours as a multiple of it) | ratio | target | |");
  console.log("| --- | --- | --- | --- | --- | --- |");
}
for (const file of timedFiles) {
  for (const result of await resultsOf(file)) console.log(row(result));
}
if (isAsked("rate_limit")) {
  for (const line of await outputOf(["support/rate_check.ts"])) {
    const { perSecond, percent, fullestSecond } = JSON.parse(line);
    const isMet = percent >= 99 && fullestSecond <= perSecond;
    const found = `${percent.toFixed(1)} % of the rate, fullest second ${fullestSecond}`;
    const target = `≥ 99 %, no second over ${perSecond}`;
    console.log(`| ${perSecond}/s over 5 s | ${found} | | | ${target} | ${isMet ? "met" : "missed"} |`);
  }
}
for (const file of MAP_FILES.filter(isAsked)) {
  console.log(`\n${file}\n`);
  console.log((await outputOf([file])).join("\n"));
}
