import { assert, assertEquals, assertMatch } from "@std/assert";
import { type AllFailedError, opmap, SerializationError } from "@opero/core";
import { createHistogram } from "node:perf_hooks";
import process from "node:process";
import { openPool, rejection, runItem } from "../support/open_pool.ts";

interface Threads {
  readonly parentPort: { postMessage(message: unknown): void; close(): void; removeAllListeners(): void };
}

/** Attacks on the worker that an item may make by mistake, by name; their source travels. */
function attack(name: string): unknown {
  const global = globalThis as unknown as Record<string, unknown> & {
    process: { getBuiltinModule(id: string): unknown; removeAllListeners(): void };
  };
  const { parentPort } = global.process.getBuiltinModule("node:worker_threads") as Threads;
  const results = { failed: [], errors: [], unsent: [], unsentKinds: [], skipped: [], elapsedMs: 1 };
  const forged = { kind: "results", slots: [0, 1, 2, 3], values: ["forged", "forged"], ...results };
  switch (name) {
    case "forges results":
      for (const seal of ["", undefined, "seal"]) parentPort.postMessage({ seal, message: forged, unread: 0 });
      parentPort.postMessage(forged);
      break;
    case "forges an end":
      parentPort.postMessage({ kind: "fatal", reason: "exit", error: null });
      break;
    case "posts junk":
      for (const junk of [null, 1, "text", [], {}, { kind: "results" }]) parentPort.postMessage(junk);
      break;
    case "closes the port":
      parentPort.close();
      break;
    case "takes listeners off":
      parentPort.removeAllListeners();
      global.process.removeAllListeners();
      break;
    case "replaces Atomics":
      global.Atomics = undefined;
      break;
    case "replaces postMessage":
      parentPort.postMessage = global.postMessage = () => {};
      break;
    case "replaces then":
      Promise.prototype.then = () => {
        throw new Error("no then");
      };
      break;
    case "replaces classes":
      for (const key of ["Map", "Set", "Promise", "Object", "Reflect", "Error", "performance"]) global[key] = undefined;
      break;
    case "replaces the hook":
      global[Symbol.for("@opero/core/worker") as unknown as string] = null;
      global[Symbol.for("@opero/core/guarded") as unknown as string] = null;
      break;
  }
  return name;
}

const ATTACKS = [
  "forges results",
  "forges an end",
  "posts junk",
  "closes the port",
  "takes listeners off",
  "replaces Atomics",
  "replaces postMessage",
  "replaces then",
  "replaces classes",
  "replaces the hook",
];

for (const mode of ["process", "async_process"] as const) {
  Deno.test(`opmap() in mode "${mode}" goes on with workers whose items meddle with them`, async () => {
    for (const name of ATTACKS) {
      await using map = opmap(attack, { mode, workers: 1, retries: 0, progress: false, timeout: "10s" });
      const items = [name, "plain", name, "plain"];
      assertEquals(await map(items), items);
      assertEquals(await map(items), items);
    }
  });
}

Deno.test("opmap() in a pool fails items that break built-in methods, and neither hangs nor crashes", async () => {
  const map = opmap((_id: number) => {
    Map.prototype.get = Array.prototype.push = () => {
      throw new Error("broken");
    };
    return { answer: 1 };
  }, { mode: "process", workers: 1, retries: 0, progress: false, onError: "return", timeout: "10s" });
  const results = await map([1, 2]) as unknown as AllFailedError[];
  await map.close();
  assertEquals(results.map((error) => /^(Worker|Timeout)Error$/.test((error.errors[0] as Error).name)), [true, true]);
});

Deno.test("opmap() in a pool fails an item that arrives unreadable, and no other in its message", async () => {
  // What the runtime clones and cannot read again, hidden from the check of values.
  let reads = 0;
  const unreadable = {
    get later(): unknown {
      return reads++ === 0 ? 1 : createHistogram();
    },
  };
  await using pool = openPool((value: unknown) => typeof value, { chunkSize: 5 });
  const items = [1, "two", unreadable, { n: 4 }].map((item) => runItem(pool, item));
  const error = await rejection(items[2]!);
  assert(error instanceof SerializationError);
  assertMatch(
    error.message,
    /^Cannot send an item to a worker as it holds (what cannot be read there|a \w*Histogram)$/,
  );
  assertEquals(await Promise.all([items[0], items[1], items[3]]), ["number", "string", "object"]);
});

Deno.test("errors of a pool name the function in their stack, and show no address of the worker's text", async () => {
  await using pool = openPool(function parseRow(text: string): unknown {
    return JSON.parse(text);
  });
  const { stack } = await rejection(runItem(pool, "{bad"));
  assertMatch(stack!, /opero:parseRow/);
  assert(stack!.length < 2_000, `${stack!.length} characters`);
  assert(!/data:|blob:|ext:runtime|worker eval/.test(stack!), stack);
  await using importing = openPool(async (path: string) => await import(path));
  const missing = await rejection(runItem(importing, "./no_such_module.ts"));
  assert(missing.message.length < 300 && !/data:|ext:runtime/.test(missing.message), missing.message);
});

Deno.test("errors of a pool name the line within the function", async () => {
  const fn = function parseRow(row: number): number {
    const half = row / 2;
    if (half > 1) {
      throw new RangeError("too much");
    }
    return half;
  };
  await using pool = openPool(fn);
  const { stack } = await rejection(runItem(pool, 8));
  const line = fn.toString().split("\n").findIndex((text) => text.includes("throw ")) + 1;
  assertMatch(stack!, new RegExp(`at parseRow \\(opero:parseRow[^)]*:${line}:\\d+\\)`));
});

Deno.test("a worker sees the arguments and the environment of the process", async () => {
  process.env.OPERO_TEST_OF_WORKERS = "seen";
  await using pool = openPool(async (_item: number) => {
    const { default: imported, argv } = await import("node:process");
    return [imported.argv, [...argv].slice(2), imported.env.OPERO_TEST_OF_WORKERS];
  });
  const { argv } = process;
  assertEquals(await runItem(pool, 1), [[...argv], argv.slice(2), "seen"]);
  delete process.env.OPERO_TEST_OF_WORKERS;
});
