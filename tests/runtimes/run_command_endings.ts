/** How the command of the packed package ends on this runtime where it is asked to; one line of JSON. */
import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";

const MODULE = `
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const slow = (n) => wait(5).then(() => n);
export const hang = (n) => n <= 4 ? n : new Promise(() => {});
`;
const LIMIT_MS = 30_000;

interface Ended {
  readonly code: number | null;
  readonly lines: number;
  readonly told: string;
}

writeFileSync("endings.mjs", MODULE);
writeFileSync("many.jsonl", Array.from({ length: 50_000 }, (_, i) => `${i + 1}\n`).join(""));

/** Runs the command, and does with it what `act` does once `count` items are recorded. */
async function run(name: string, journal: string, count: number, act: (child: Child) => void): Promise<Ended> {
  rmSync(journal, { force: true });
  const program = ["node_modules/@opero/core/opero.js", "map", `endings.mjs#${name}`];
  const child = spawn(process.execPath, [...program, "--items", "many.jsonl", "--workers", "8", "--journal", journal]);
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  let [output, told] = ["", ""];
  child.stdout.on("data", (part) => output += part);
  child.stderr.on("data", (part) => told += part);
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  while (recorded(journal) < count && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10));
  act(child);
  const code = await closed;
  clearTimeout(limit);
  return { code, lines: output.split("\n").length - 1, told };
}

type Child = ReturnType<typeof spawn>;

function recorded(journal: string): number {
  try {
    return readFileSync(journal, "utf8").split("\n").length - 2;
  } catch {
    return 0;
  }
}

const once = await run("slow", "once.jsonl", 20, (child) => process.kill(child.pid!, "SIGINT"));
const twice = await run("hang", "twice.jsonl", 4, (child) => {
  process.kill(child.pid!, "SIGTERM");
  setTimeout(() => process.kill(child.pid!, "SIGTERM"), 300);
});
const gone = await run("slow", "gone.jsonl", 20, (child) => child.stdout!.destroy());
console.log(JSON.stringify({
  once: [once.code, once.lines === recorded("once.jsonl")],
  twice: [twice.code, twice.lines],
  gone: [gone.code, gone.told],
}));
