/** Cloudflare's runtime: the cases for every platform in one request, and what many requests share. */
import { assert, assertEquals } from "@std/assert";
import { until } from "../../support/until.ts";
import { findServer } from "../packed_project.ts";
import { bundle, removeProject, stepThrough } from "./everywhere_project.ts";

const workerd = await findServer("workerd");

const VARIANTS = [
  { date: "2025-05-05", flags: [], has: "" },
  { date: "2025-06-01", flags: ["nodejs_compat"], has: "asyncContext" },
  { date: "2026-11-01", flags: [], has: "asyncContext" },
  { date: "2026-11-01", flags: ["no_nodejs_compat"], has: "asyncContext" },
] as const;

Deno.test.afterAll(removeProject);

function configOf(file: string, port: number, date: string, flags: readonly string[]): string {
  const texts = flags.map((flag) => JSON.stringify(flag)).join();
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [(name = "main.mjs", esModule = embed "${file}")],
  compatibilityDate = "${date}", compatibilityFlags = [${texts}]
);`;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

interface Worker extends AsyncDisposable {
  /** What the function of a route comes to. */
  readonly ask: (route: string) => Promise<string>;
}

async function startWorker({ date, flags }: { date: string; flags: readonly string[] }): Promise<Worker> {
  const file = await bundle!("workerd_worker");
  const port = freePort();
  const config = `${file}.${port}.capnp`;
  await Deno.writeTextFile(config, configOf(file.split("/").at(-1)!, port, date, flags));
  const process = workerd!("serve", config);
  const ask = async (route: string) => await (await fetch(`http://127.0.0.1:${port}/${route}`)).text();
  const isUp = () => Deno.connect({ hostname: "127.0.0.1", port }).then((it) => (it.close(), true), () => false);
  await until(isUp);
  return {
    ask,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
    },
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What is asked by several requests, each begun a while after the one before. */
async function askAll({ ask }: Worker, routes: readonly string[]): Promise<string[]> {
  const asked: Promise<string>[] = [];
  for (const route of routes) {
    asked.push(ask(route));
    await wait(50);
  }
  return await Promise.all(asked);
}

type Step = readonly [name: string, run: (worker: Worker) => Promise<void>];

const STEPS: readonly Step[] = [
  ["a result expires after the request that kept it", async ({ ask }) => {
    assertEquals(await ask("expiring?ms=0"), "1");
    await wait(400);
    assertEquals(await ask("expiring?ms=0"), "2");
    await wait(400);
    assertEquals(await ask("expiring?ms=0"), "3");
  }],
  ["calls of all requests are timed out, one after the other and at once", async (worker) => {
    assertEquals(await worker.ask("limited?ms=1"), "1");
    assertEquals(await worker.ask("limited?ms=5000"), "AllFailedError");
    const all = await askAll(worker, ["limited?ms=5000", "limited?ms=5000"]);
    assertEquals(all, ["AllFailedError", "AllFailedError"]);
  }],
  ["requests that wait for the same delay do so independently", async (worker) => {
    assertEquals(await askAll(worker, ["retried?ms=1", "retried?ms=2", "retried?ms=3"]), ["1", "2", "3"]);
  }],
  ...["paced", "weighed"].map((
    name,
  ): Step => [`waits for a rate limit end, later ones too (${name})`, async (worker) => {
    for (let turn = 0; turn < 2; turn++) {
      const answers = await Promise.all([1, 2, 3].map(() => worker.ask(`${name}?ms=0`)));
      assertEquals(answers.map(Number).sort(), [1, 2, 3].map((n) => n + 3 * turn));
      await wait(500);
    }
  }]),
  ...["slotted", "adaptive"].map((name): Step => [
    `slots are handed on, also those of requests that have ended (${name})`,
    async (worker) => {
      const slow = Array.from({ length: 3 }, () => `${name}?ms=300`);
      assertEquals(await askAll(worker, slow), ["1", "2", "3"]);
      assertEquals(await worker.ask(`${name}?ms=5000&stay=0`), "left");
      assertEquals(await worker.ask(`${name}?ms=0`), "4");
      // The one that waits is there before the other has ended.
      assertEquals(await askAll(worker, [`${name}?ms=5000&stay=300`, `${name}?ms=0`]), ["left", "5"]);
      // One that gave up while it waited takes no slot with it.
      assertEquals(await askAll(worker, [`${name}?ms=600`, `${name}?ms=0&stay=0`, `${name}?ms=0`]), ["6", "left", "7"]);
    },
  ]),
  ["a run whose request has ended is found out, and begun anew once", async (worker) => {
    assertEquals(await worker.ask("shared?ms=5000&stay=0"), "left");
    assertEquals(await worker.ask("shared?ms=0"), "1");
    await wait(200);
    const all = await askAll(worker, ["shared?ms=5000&stay=300", "shared?ms=200", "shared?ms=200"]);
    assertEquals(all, ["left", "2", "2"]);
  }],
  ["a stale value is made anew first without waitUntil", async ({ ask }) => {
    assertEquals(await ask("stale?ms=1"), "1");
    await wait(400);
    assertEquals(await ask("stale?ms=1"), "2");
  }],
  ["a stale value is served at once with waitUntil, and the refresh behind it comes to an end", async ({ ask }) => {
    assertEquals(await ask("staleBehind?ms=1"), "1");
    await wait(400);
    assertEquals(await ask("staleBehind?ms=50"), "1");
    await wait(150);
    assertEquals(await ask("staleBehind?ms=50"), "2");
  }],
  ["a refresh that was cut off is found out, and tried again", async ({ ask }) => {
    assertEquals(await ask("staleCut?ms=1"), "1");
    await wait(400);
    assertEquals(await ask("staleCut?ms=5000"), "1");
    assertEquals(await ask("staleCut?ms=5000"), "1");
    // It finds out, and the next refreshes, within its request this time.
    assertEquals(await ask("staleCut?ms=5000"), "1");
  }],
];

for (const { date, flags, has } of VARIANTS) {
  const ignore = workerd === undefined || bundle === undefined;
  const where = `workerd of ${date}${flags.map((flag) => ` with ${flag}`).join("")}`;

  Deno.test({
    name: `${where} runs the cases for every platform`,
    ignore,
    fn: async (t) => {
      await using worker = await startWorker({ date, flags });
      await stepThrough(t, JSON.parse(await worker.ask(`cases?has=${has}`)));
    },
  });

  Deno.test({
    name: `${where} shares a module between requests`,
    ignore,
    fn: async (t) => {
      await using worker = await startWorker({ date, flags });
      for (const [name, run] of STEPS) assert(await t.step(name, () => run(worker)));
    },
  });
}
