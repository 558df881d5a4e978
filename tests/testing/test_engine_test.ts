import { assert, assertEquals } from "@std/assert";
import type { Engine, WorkerLine } from "@opero/core";
import { type MemoryEngine, memoryEngine, testEngine } from "@opero/core/testing";

const engines = new Map<string, MemoryEngine>();

function open(store: string): MemoryEngine {
  return engines.get(store) ?? engines.set(store, memoryEngine()).get(store)!;
}

const forget = (store: string) => engines.get(store)!.forget();
testEngine(open, { test: Deno.test, name: "memoryEngine()", leaseMs: 300, forget });

/** The names of the tests that an engine fails. */
async function failuresOf(change: (engine: MemoryEngine) => Partial<Engine>, names: RegExp): Promise<string[]> {
  const failed: string[] = [];
  const runs: [string, () => Promise<void>][] = [];
  const opened = new Map<string, Engine>();
  const openBroken = (store: string): Engine => {
    const engine = memoryEngine();
    const { maxFrameBytes } = engine;
    const plain = {
      maxFrameBytes,
      openCaller: engine.openCaller.bind(engine),
      openWorker: engine.openWorker.bind(engine),
      close: () => engine.close(),
      [Symbol.asyncDispose]: () => engine.close(),
    };
    return opened.get(store) ?? opened.set(store, { ...plain, ...change(engine) }).get(store)!;
  };
  testEngine(openBroken, { leaseMs: 100, test: (name, run) => runs.push([name, run]) });
  for (const [name, run] of runs.filter(([name]) => names.test(name))) {
    await run().catch(() => failed.push(name.replace("engine ", "")));
  }
  return failed;
}

/** An engine whose workers are changed. */
function withWorkers(change: (line: WorkerLine) => Partial<WorkerLine>): (engine: MemoryEngine) => Partial<Engine> {
  return (engine) => ({
    openWorker: async (address, worker) => {
      const line = await engine.openWorker(address, worker);
      return {
        pull: line.pull.bind(line),
        onCancel: line.onCancel.bind(line),
        onAlone: line.onAlone.bind(line),
        [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
        ...change(line),
      };
    },
  });
}

Deno.test("testEngine() fails an engine that does not count what it hands out", async () => {
  const uncounted = withWorkers((line) => ({
    pull: async (lane, count) => (await line.pull(lane, count)).map((delivery) => ({ ...delivery, deliveries: 1 })),
  }));
  const failed = await failuresOf(uncounted, /lease|left behind/);
  assertEquals(failed, [
    "hands out again what was not settled within its lease, and counts",
    "hands out again what a worker left behind",
  ]);
});

Deno.test("testEngine() fails an engine that hands out more than was asked for, or mixes versions", async () => {
  const greedy = withWorkers((line) => ({ pull: (lane) => line.pull(lane, 100) }));
  assertEquals(await failuresOf(greedy, /at most/), [
    "hands out at most as many as were asked for, each to one worker",
  ]);
  const mixing = (engine: MemoryEngine): Partial<Engine> => ({
    openWorker: (address, worker) => engine.openWorker({ ...address, version: "1" }, worker),
  });
  assertEquals(await failuresOf(mixing, /versions/), ["keeps versions of a task apart"]);
});

Deno.test("testEngine() has tests of what is forgotten where that can be done", () => {
  const names = (options: object): string[] => {
    const found: string[] = [];
    testEngine(open, { ...options, test: (name) => found.push(name) });
    return found;
  };
  const [without, all] = [names({}), names({ forget })];
  assertEquals(all.length - without.length, 1);
  assert(without.every((name) => name.startsWith("engine ")));
});
