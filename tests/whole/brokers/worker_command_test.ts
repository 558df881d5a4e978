/** The command `opero worker`, run as a user runs it, with `opero map` as its caller. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";
import { CommandPlace, endOf } from "../../support/run_command.ts";

const MODULE = `
import { opmap } from "@opero/core";
import { natsEngine } from "@opero/core/nats";

/** Twice the number, after a while. */
export async function double(n: number): Promise<number> {
  Deno.writeTextFileSync("began.txt", n + "\\n", { append: true });
  await new Promise((resolve) => setTimeout(resolve, n < 0 ? 600_000 : 20));
  return 2 * n;
}
export function square(n: number): number {
  return n * n;
}
export const doubles = opmap(double, {
  mode: "cluster",
  engine: natsEngine({ servers: "nats://127.0.0.1:1" }),
  task: "doubles",
  version: "2",
  lease: "2s",
});
`;
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join("");
const FILES = { "work.ts": MODULE, "in.jsonl": numbers(200) };
const doubled = Array.from({ length: 200 }, (_, i) => `${2 * (i + 1)}`);

const ENGINES = [
  { name: "NATS", ignore: !hasNatsServer, start: () => NatsServer.start() },
  { name: "Redis", ignore: !hasRedisServer, start: () => RedisServer.start() },
] as const;

/** A worker, started and taking items. */
async function startWorker(place: CommandPlace, args: readonly string[]): Promise<StartedWorker> {
  const child = place.spawn(["worker", ...args]);
  const worker = new StartedWorker(child);
  await worker.said(/ serves, \d+ at once$/m);
  return worker;
}

class StartedWorker {
  readonly child: Deno.ChildProcess;
  text = "";
  readonly #reading: Promise<void>;

  constructor(child: Deno.ChildProcess) {
    this.child = child;
    void child.stdin.close();
    this.#reading = this.#read();
  }

  /** Resolves once it has said that. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (let tries = 0; tries < 6_000; tries++) {
      const found = pattern.exec(this.text);
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`the worker does not say ${pattern}: ${this.text}`);
  }

  async end(signal?: Deno.Signal): Promise<number> {
    if (signal !== undefined) this.child.kill(signal);
    const [{ code }] = await Promise.all([this.child.status, this.#reading, this.child.stdout.cancel()]);
    return code;
  }

  async #read(): Promise<void> {
    for await (const text of this.child.stderr.pipeThrough(new TextDecoderStream())) this.text += text;
  }
}

for (const { name, ignore, start } of ENGINES) {
  Deno.test({
    name: `opero map --engine runs items on workers over ${name}, and the report says which did what`,
    ignore,
    fn: async () => {
      await using server = await start();
      await using place = new CommandPlace(FILES);
      const engine = ["--engine", server.url];
      const args = ["work.ts#double", ...engine, "--slots", "4", "--grace", "20s"];
      const [left, right] = await Promise.all(
        ["left", "right"].map((worker) => startWorker(place, [...args, "--name", worker])),
      );
      const map = ["map", "work.ts#double", ...engine, "--items", "in.jsonl", "--report", "run.html"];
      const ended = await place.run(map);
      assertEquals([ended.code, ended.lines], [0, doubled]);
      const page = place.read("run.html");
      assert(page.includes("left") && page.includes("right"), "both workers are in the page");
      assert(!page.includes(server.url), "the address of the broker is not");
      for (const worker of [left!, right!]) assertEquals(await worker.end("SIGTERM"), 0);
      const counts = [left, right].map((worker) => Number(/has stopped after (\d+) item/.exec(worker!.text)![1]));
      assert(counts.every((count) => count > 0) && counts[0]! + counts[1]! === 200, `${counts}`);
    },
  });
}

const test = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !hasNatsServer, fn });

test("opero worker that is killed loses no item: the others do what it had", async () => {
  await using server = await NatsServer.start();
  await using place = new CommandPlace(FILES);
  const args = ["work.ts#doubles", "--engine", server.url, "--slots", "4"];
  const [dying, living] = await Promise.all([startWorker(place, args), startWorker(place, args)]);
  const caller = place.spawn([
    ...["map", "work.ts#double", "--engine", server.url, "--task", "doubles", "--version", "2"],
    ...["--items", "in.jsonl"],
  ]);
  await caller.stdin.close();
  while (!(await Deno.readTextFile(`${place.path}/began.txt`).catch(() => "")).includes("\n50\n")) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await dying!.end("SIGKILL");
  const ended = await endOf(caller);
  assertEquals([ended.code, ended.lines], [0, doubled]);
  await living!.end("SIGTERM");
});

test("opero worker ends what runs after one signal, and gives it back after a second one", async () => {
  await using server = await NatsServer.start();
  await using place = new CommandPlace(FILES);
  const args = ["work.ts#double", "--engine", server.url];
  const worker = await startWorker(place, [...args, "--grace", "5m", "--health", ":0"]);
  assertMatch(worker.text, new RegExp(`^double@0: [\\w.-]+:${worker.child.pid} serves, 50 at once$`, "m"));
  const [, port] = await worker.said(/answered on port (\d+)$/m);
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/${path}`);
    return [response.status, (await response.json()).state];
  };
  assertEquals([await ask("live"), await ask("ready")], [[200, "serves"], [200, "serves"]]);
  const caller = place.spawn(["map", "work.ts#double", "--engine", server.url]);
  const writer = caller.stdin.getWriter();
  await writer.write(new TextEncoder().encode("-1\n"));
  while (await Deno.readTextFile(`${place.path}/began.txt`).catch(() => "") === "") {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  worker.child.kill("SIGTERM");
  await worker.said(/^SIGTERM: 1 still run; once more to give them back now$/m);
  assertEquals([await ask("live"), await ask("ready")], [[200, "stops"], [503, "stops"]]);
  assertEquals(await worker.end("SIGTERM"), 143);
  // It was given back: another begins it at once, long before its lease is over.
  const next = await startWorker(place, args);
  while ((await Deno.readTextFile(`${place.path}/began.txt`)).split("\n").length < 3) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  caller.kill("SIGKILL");
  await endOf(caller);
  next.child.kill("SIGKILL");
  await next.end();
  await writer.close().catch(() => {});
});

test("opero worker stops by itself: after items, and after it had nothing to do", async () => {
  await using server = await NatsServer.start();
  await using place = new CommandPlace(FILES);
  const args = ["work.ts#square", "--engine", server.url, "--threads", "2"];
  const short = await startWorker(place, [...args, "--max-items", "20"]);
  const caller = place.spawn(["map", "work.ts#square", "--engine", server.url, "--items", "in.jsonl"]);
  await caller.stdin.close();
  assertEquals(await short.end(), 0);
  const idle = await startWorker(place, [...args, "--idle-exit", "5s"]);
  const ended = await endOf(caller);
  assertEquals([ended.code, ended.lines.length], [0, 200]);
  assertEquals(await idle.end(), 0);
  const [first, second] = [short, idle].map((worker) =>
    Number(/has stopped after (\d+) items$/m.exec(worker.text)![1])
  );
  // What had begun when the count was reached still ends.
  assert(first! >= 20 && first! < 100, `${first}`);
  assertEquals(first! + second!, 200);
});

const WRONG: readonly (readonly [args: string, told: string])[] = [
  ["", "opero worker: name the module to serve, as in opero worker thumbs.ts"],
  [
    "work.ts#double",
    "opero worker: --engine is needed: where the broker is, as in --engine nats://queue:4222; or set ",
  ],
  ["work.ts#double --engine amqp://me:pa55@a", "opero worker: --engine must be the address of a NATS or Redis server"],
  [
    "work.ts#doubles --version 3",
    "opero worker: --version 3: the module exports no such map; there is work.ts#doubles",
  ],
  ["work.ts#doubles --slots 2 --threads 2", "opero worker: --slots and --threads cannot be given together"],
  [
    "work.ts#square --engine nats://a --slots 2",
    `opero worker: Cannot serve "square" as 'slots' must be left out, and`,
  ],
  ["work.ts#doubles --health 99999", "opero worker: --health must be a port, such as :8080 or 127.0.0.1:8080"],
  ["work.ts#doubles --workers 2", "opero worker: --workers is no flag of opero worker"],
  ["none.ts", "opero worker: none.ts: the module cannot be loaded: "],
];

Deno.test("opero worker ends with 255 where it cannot begin, and names the flag", async (t) => {
  await using place = new CommandPlace(FILES);
  for (const [args, told] of WRONG) {
    await t.step(`opero worker ${args}`, async () => {
      const ended = await place.run(["worker", ...args.split(" ").filter((each) => each !== "")]);
      const said = ended.told.join("\n");
      assertEquals(ended.code, 255, said);
      assert(said.startsWith(told) && !said.includes("pa55"), said);
    });
  }
  assertMatch((await place.run(["worker", "--help"])).lines[0]!, /^opero worker MODULE/);
});
