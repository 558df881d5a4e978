/**
 * The command of the packed package as worker of callers in other processes, over the broker that the argument names, on this
 * runtime: one worker is killed, the other is asked to end. One line of JSON.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import process from "node:process";

const url = process.argv[2]!;
const LIMIT_MS = 60_000;
const COUNT = 200;

/** A module whose map knows its engine, and which is the caller where it is given as the program. */
const MODULE = `
import process from "node:process";
import { opmap } from "@opero/core";
import { natsEngine } from "@opero/core/nats";
import { redisEngine } from "@opero/core/redis";

const url = ${JSON.stringify(url)};
const engine = url.startsWith("nats:") ? natsEngine({ servers: url }) : redisEngine({ url });
export async function double(n) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return 2 * n;
}
export const doubles = opmap(double, { mode: "cluster", engine, task: "doubles", lease: "2s", progress: false });

if (process.argv[2] === "call") {
  const results = await doubles(Array.from({ length: ${COUNT} }, (_, i) => i));
  console.log(results.filter((value, i) => value === 2 * i).length);
  await doubles.close();
  await engine.close();
}
`;
writeFileSync("doubles.mjs", MODULE);
writeFileSync("numbers.jsonl", Array.from({ length: COUNT }, (_, i) => `${i}\n`).join(""));

/** A program on this runtime, and what it has written. */
class Program {
  readonly ended: Promise<number | null>;
  out = "";
  told = "";
  readonly #child: ReturnType<typeof spawn>;

  constructor(...args: readonly string[]) {
    const child = this.#child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    child.stdout!.on("data", (part) => this.out += part);
    child.stderr!.on("data", (part) => this.told += part);
    this.ended = new Promise((resolve) =>
      child.on("close", (code) => {
        clearTimeout(limit);
        resolve(code);
      })
    );
  }

  /** Resolves once it has said that, or has ended. */
  async said(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.told) && this.#child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  kill(signal: "SIGKILL" | "SIGTERM"): void {
    process.kill(this.#child.pid!, signal);
  }
}

const OPERO = "node_modules/@opero/core/opero.js";
const startWorker = async () => {
  const worker = new Program(OPERO, "worker", "doubles.mjs#doubles", "--slots", "5");
  await worker.said(/ serves, 5 at once$/m);
  return worker;
};
const [one, other] = await Promise.all([startWorker(), startWorker()]);

const caller = new Program("doubles.mjs", "call");
setTimeout(() => one.kill("SIGKILL"), 700);
const called = await caller.ended;

const task = ["--task", "doubles", "--engine", url];
const map = new Program(OPERO, "map", "doubles.mjs#double", "--items", "numbers.jsonl", "--no-bar", ...task);
const mapped = await map.ended;
const right = map.out.trim().split("\n").filter((line, i) => line === String(2 * i)).length;

other.kill("SIGTERM");
const stopped = await other.ended;
console.log(JSON.stringify({
  call: [called, caller.out.trim()],
  map: [mapped, right],
  worker: [stopped, /has stopped after \d+ items$/m.test(other.told)],
  told: `${caller.told}${map.told}${other.told}`,
}));
