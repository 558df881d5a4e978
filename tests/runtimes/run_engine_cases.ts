/**
 * Runs the conformance suite over the engine of the broker that the argument names, and items through it. Prints a line of
 * JSON for each test, and has to end by itself.
 */
import { opmap } from "@opero/core";
import { natsEngine } from "@opero/core/nats";
import { redisEngine } from "@opero/core/redis";
import { testEngine } from "@opero/core/testing";
import { serve } from "@opero/core/worker";
import { deepEqual } from "node:assert/strict";

const url = process.argv[2]!;

function openEngine() {
  // Limits that no test machine is too slow for: loading the client is part of the first request.
  const patient = { connectTimeout: "1m", replyTimeout: "1m" } as const;
  return url.startsWith("nats:") ? natsEngine({ servers: url }) : redisEngine({ url, ...patient });
}

const tests: { name: string; run: () => Promise<void> }[] = [];
testEngine(openEngine, { test: (name, run) => tests.push({ name, run }) });

tests.push({
  name: "opmap() maps over the engine, and what is closed does not hold up the end of the program",
  run: async () => {
    const engine = openEngine();
    const double = opmap(async (n: number) => await Promise.resolve(2 * n), {
      mode: "cluster",
      engine,
      task: "double",
    });
    const worker = await serve(double, { slots: 4 });
    deepEqual(await double([1, 2, 3]), [2, 4, 6]);
    await worker.stop();
    await double.close();
  },
});

// Side by side, as most of them wait for leases to end; each has a task of its own.
await Promise.all(tests.map(async ({ name, run }) => {
  const failure = await run().then(() => undefined, (error) => `${error?.stack}\n${error?.cause?.stack}`);
  console.log(JSON.stringify({ name, failure }));
}));
