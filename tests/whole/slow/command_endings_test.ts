/** How the command `opero` ends where it is asked to: signals, a reader that goes, and kills. */
import { assert, assertEquals } from "@std/assert";
import { runs } from "../../support/runs.ts";
import { CommandPlace, endOf, feed } from "../../support/run_command.ts";
import { printSeed } from "../../support/seed.ts";
import { seededRandom } from "../../../src/testing/seeded_random.ts";

const MODULE = `
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
export async function slow(n: number): Promise<number> {
  await wait(5);
  return n;
}
export async function gated(n: number): Promise<number> {
  while (n > 20 && !(await Deno.stat("gate").then(() => true, () => false))) await wait(10);
  return n;
}
export async function hang(n: number): Promise<number> {
  if (n <= 8) return n;
  const ticking = setInterval(() => {}, 1_000);
  return await new Promise<number>(() => void ticking);
}
export function never(n: number): number | Promise<never> {
  return n === 3 ? new Promise<never>(() => {}) : n;
}
export async function floating(n: number): Promise<number> {
  if (n === 3) void Promise.reject(new Error("floating"));
  await wait(20);
  return n;
}
export async function inTimer(n: number): Promise<number> {
  if (n === 3) setTimeout(() => { throw new Error("in a timer"); }, 1);
  await wait(20);
  return n;
}
export async function counted(n: number): Promise<{ n: number; text: string }> {
  Deno.writeTextFileSync("runs.txt", n + "\\n", { append: true });
  await wait(1 + n % 4);
  return { n, text: "x".repeat(n % 50) };
}
`;

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join("");

/** Resolves once a file has so many lines. */
async function untilLines(path: string, count: number): Promise<void> {
  for (let tries = 0; tries < 3_000; tries++) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text.split("\n").length > count) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${path} does not get ${count} lines`);
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`opero map ends soon at one ${signal}: what runs is done, and recorded is what was written`, async () => {
    await using place = new CommandPlace({ "slow.ts": MODULE, "in.jsonl": numbers(100_000) });
    const args = ["map", "slow.ts#slow", "--items", "in.jsonl", "--workers", "8", "--journal", "run.jsonl"];
    const child = place.spawn([...args, "--report", "run.html"]);
    await child.stdin.close();
    await untilLines(`${place.path}/run.jsonl`, 50);
    child.kill(signal);
    const ended = await endOf(child);
    assertEquals(ended.code, code);
    const recorded = place.read("run.jsonl").trim().split("\n").length - 1;
    assertEquals(ended.lines, numbers(recorded).trim().split("\n"));
    assertEquals(ended.told.at(-1), `100000 items: ${recorded} ok, 0 failed, ${100_000 - recorded} not done`);
    const page = place.read("run.html");
    assert(page.includes(`interrupted by ${signal} (exit code ${code})`) && page.includes("--journal run.jsonl"));
  });

  Deno.test(`opero map ends now at the second ${signal}, though items hang`, async () => {
    await using place = new CommandPlace({ "slow.ts": MODULE });
    const child = place.spawn(["map", "slow.ts#hang", "--workers", "8", "--journal", "run.jsonl"]);
    const fed = feed(child, numbers(1_000));
    await untilLines(`${place.path}/run.jsonl`, 9);
    child.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const secondMs = performance.now();
    child.kill(signal);
    const ended = await endOf(child);
    await fed;
    assertEquals([ended.code, ended.lines.length], [code, 8]);
    assert(performance.now() - secondMs < 5_000);
    assertEquals(ended.told[0], `interrupted by ${signal}: 8 still run; once more to stop them now`);
  });
}

Deno.test("opero map ends 10 s after a SIGTERM, though items hang", async () => {
  await using place = new CommandPlace({ "slow.ts": MODULE });
  const child = place.spawn(["map", "slow.ts#hang", "--workers", "8", "--journal", "run.jsonl"]);
  const fed = feed(child, numbers(1_000));
  await untilLines(`${place.path}/run.jsonl`, 9);
  const startedMs = performance.now();
  child.kill("SIGTERM");
  const ended = await endOf(child);
  await fed;
  assertEquals([ended.code, ended.lines.length], [143, 8]);
  const tookMs = performance.now() - startedMs;
  assert(tookMs >= 9_500 && tookMs < 20_000, `${tookMs} ms`);
});

for (const [name, message] of [["floating", "floating"], ["inTimer", "in a timer"]] as const) {
  Deno.test(`opero map ends with 255, not as if one item had failed, at an error ${message} that the function does not catch`, async () => {
    await using place = new CommandPlace({ "slow.ts": MODULE });
    const { code, told } = await place.run(["map", `slow.ts#${name}`, "--workers", "1"], numbers(5));
    assertEquals([code, told[0]], [255, `opero map: Error: ${message}`]);
  });
}

Deno.test("opero map says which process has the journal, and does not disturb it", async () => {
  await using place = new CommandPlace({ "slow.ts": MODULE, "in.jsonl": numbers(200) });
  const args = ["map", "slow.ts#gated", "--items", "in.jsonl", "--workers", "2", "--journal", "run.jsonl"];
  const first = place.spawn(args);
  await first.stdin.close();
  await untilLines(`${place.path}/run.jsonl`, 10);
  const second = await place.run(args);
  assertEquals([second.code, second.lines], [255, []]);
  assert(second.told[0]!.includes(`run.jsonl: a run of process ${first.pid} has it`), second.told[0]);
  await Deno.writeTextFile(`${place.path}/gate`, "");
  const ended = await endOf(first);
  assertEquals([ended.code, ended.lines.length], [0, 200]);
});

Deno.test("opero map waits for an item that never ends, until it is told to stop", async () => {
  await using place = new CommandPlace({ "slow.ts": MODULE });
  const child = place.spawn(["map", "slow.ts#never", "--workers", "8", "--journal", "run.jsonl"]);
  const fed = feed(child, numbers(5));
  await untilLines(`${place.path}/run.jsonl`, 5);
  child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGINT");
  const { code, told } = await endOf(child);
  await fed;
  assertEquals([code, told.at(-1)], [130, "5 items: 2 ok, 0 failed, 2 in the journal alone, 1 not done"]);
});

Deno.test("opero map ends quietly with 141 where nobody reads its output any more", async () => {
  await using place = new CommandPlace({ "slow.ts": MODULE, "in.jsonl": numbers(100_000) });
  const child = place.spawn(["map", "slow.ts#slow", "--items", "in.jsonl", "--workers", "8"]);
  await child.stdin.close();
  const reader = child.stdout.getReader();
  assert(!(await reader.read()).done);
  await reader.cancel();
  const { code } = await child.status;
  const told = await new Response(child.stderr).text();
  assertEquals([code, told], [141, ""]);
});

const ITEMS = 400;
const WORKERS = 8;

Deno.test("opero map loses and repeats nothing, however often it is killed, but what was in flight", async () => {
  const random = seededRandom(printSeed());
  await using place = new CommandPlace({ "slow.ts": MODULE, "in.jsonl": numbers(ITEMS) });
  const args = ["map", "slow.ts#counted", "--items", "in.jsonl", "--workers", `${WORKERS}`];
  const undisturbed = (await place.run(args)).lines;
  await Deno.remove(`${place.path}/runs.txt`);
  const kills = runs(8, 6);
  let killed = 0;
  for (let i = 0; i < kills; i++) {
    const child = place.spawn([...args, "--journal", "run.jsonl"]);
    await child.stdin.close();
    const timer = setTimeout(() => child.kill("SIGKILL"), 350 + random() * 500);
    const { signal } = await child.status;
    clearTimeout(timer);
    await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
    if (signal === "SIGKILL") killed++;
  }
  const { code, lines } = await place.run([...args, "--journal", "run.jsonl"]);
  assertEquals([code, lines], [0, undisturbed]);
  const executions = place.read("runs.txt").trim().split("\n").length;
  assert(executions <= ITEMS + killed * WORKERS, `${executions} runs after ${killed} kills`);
});
