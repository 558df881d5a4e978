/** A Redis that dies, forgets, stands still or is behind a bad network, seen through the engine alone; and what it keeps. */
import { opmap } from "@opero/core";
import { redisEngine, RedisError } from "@opero/core/redis";
import { serve } from "@opero/core/worker";
import { assert, assertEquals } from "@std/assert";
import { EngineRun, NAMES } from "../../support/engine_run.ts";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";
import { until } from "../../support/until.ts";
import { isInFiles } from "../../support/is_in_files.ts";

const QUEUE = "opero:queue:1:{thumbs@2}:";
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A server that keeps what it has in a directory of its own. */
async function withServer(use: (server: RedisServer, directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  {
    await using server = await RedisServer.start({ args: ["--dir", directory, "--appendonly", "yes"] });
    await use(server, directory);
  }
  await Deno.remove(directory, { recursive: true });
}

/** The keys of the task, by their names in the server. */
async function keysOf(server: RedisServer, kind: string): Promise<string[]> {
  const reply = await server.command("KEYS *");
  return reply.split("\r\n").filter((line) => line.startsWith(`${QUEUE}${kind}`));
}

async function forget(server: RedisServer, kind: string): Promise<void> {
  for (const key of await keysOf(server, kind)) await server.command(`DEL ${key}`);
}

interface Place {
  readonly server: RedisServer;
  readonly proxy: FaultProxy;
  readonly directory: string;
}

/** What happens to the server, or on the way to it, while a run is half done. */
const FAULTS: Record<string, (place: Place) => Promise<void>> = {
  "is killed and comes back with what it kept": async ({ server }) => {
    await server.kill();
    await wait(1_000);
    await server.restart();
  },
  "is killed and comes back empty": async ({ server, directory }) => {
    await server.kill();
    await Deno.remove(`${directory}/appendonlydir`, { recursive: true });
    await server.restart();
  },
  "stands still for longer than it may owe an answer": async ({ server }) => {
    server.pause();
    await wait(3_000);
    server.resume();
  },
  "forgets everything": async ({ server }) => void await server.command("FLUSHALL"),
  "forgets its scripts": async ({ server }) => void await server.command("SCRIPT FLUSH"),
  "loses the lane": ({ server }) => forget(server, "open"),
  "loses what it knows of the run": ({ server }) => forget(server, "frames"),
  "loses results": ({ server }) => forget(server, "results"),
  "loses the mark of the caller": ({ server }) => forget(server, "caller"),
  "loses the group of the workers": async ({ server }) => {
    await server.command(`XGROUP DESTROY ${QUEUE}open workers`);
  },
  "is cut off again and again": async ({ proxy }) => {
    for (let times = 0; times < 5; times++) {
      proxy.harm({ up: { kind: "reset" }, down: { kind: "cut", bytes: 100 } });
      await wait(100);
      proxy.heal();
      await wait(200);
    }
  },
  "is not reached by what is sent": async ({ proxy }) => {
    proxy.harm({ up: { kind: "blackhole" } });
    await wait(3_000);
    proxy.heal();
  },
};

for (const [fault, cause] of Object.entries(FAULTS)) {
  Deno.test({
    name: `redisEngine() ends a run with all results where the server ${fault} (needs redis-server)`,
    ignore: !hasRedisServer,
    fn: () =>
      withServer(async (server, directory) => {
        await using proxy = new FaultProxy(server.port);
        await using engine = redisEngine({ port: proxy.port });
        await using run = await EngineRun.open(engine, (error) => error instanceof RedisError);
        await run.send(NAMES);
        await until(() => run.results.size > 30);
        assert(run.results.size < NAMES.length);
        await cause({ server, proxy, directory });
        await run.finish();
        assertEquals(run.results, new Set(NAMES));
      }),
  });
}

Deno.test({
  name:
    "redisEngine() keeps nothing that can be read of what is sealed, and nothing of an item in a key (needs redis-server)",
  ignore: !hasRedisServer,
  fn: async () => {
    const sealKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    for (const seals of [{}, { sealKey }]) {
      await withServer(async (server, directory) => {
        await using engine = redisEngine({ url: server.url });
        const options = { mode: "cluster", engine, task: "sealed", ...seals, progress: false } as const;
        const job = opmap(async (item: string) => await Promise.resolve(`result of ${item}`), options);
        const working = job(["canary-7f3a"]);
        // Each command is in the file of the server, with its keys, a while after the server has it.
        await until(() => isInFiles(directory, "{sealed@0}:open"));
        assert(!(await server.command("KEYS *")).includes("canary"));
        const worker = await serve(job, { grace: 0 });
        assertEquals(await working, ["result of canary-7f3a"]);
        await worker.stop();
        await job.close();
        await until(() => isInFiles(directory, "{sealed@0}:results"));
        assertEquals(await isInFiles(directory, "canary-7f3a"), !("sealKey" in seals));
      });
    }
  },
});
