import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  type AllFailedError,
  ConfigurationError,
  createOpero,
  currentCall,
  type Engine,
  EngineError,
  MapError,
  opmap,
  SerializationError,
  TimeoutError,
} from "@opero/core";
import { FakeClock, memoryEngine } from "@opero/core/testing";
import { serve } from "@opero/core/worker";
import { ClusterLab } from "../support/cluster_lab.ts";
import { warningsOf } from "../support/warnings_of.ts";

const quiet = { mode: "cluster", progress: false, minDelay: "1ms" } as const;
const double = async (n: number) => await Promise.resolve(2 * n);

/** An engine, and all that went through it as texts. */
function listeningEngine(options?: Parameters<typeof memoryEngine>[0]): { engine: Engine; seen: string[] } {
  const inner = memoryEngine(options);
  const seen: string[] = [];
  const note = (bytes: Uint8Array) => void seen.push(new TextDecoder().decode(bytes));
  const engine: Engine = {
    maxFrameBytes: inner.maxFrameBytes,
    openCaller: async (address, run, onResults) => {
      seen.push(JSON.stringify(address), run);
      const line = await inner.openCaller(address, run, (frame) => (note(frame), onResults(frame)));
      const send = line.send.bind(line);
      return Object.assign(line, { send: (id: string, frame: Uint8Array) => (note(frame), send(id, frame)) });
    },
    openWorker: (address, worker) => inner.openWorker(address, worker),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
  };
  return { engine, seen };
}

Deno.test("opmap() refuses options of a cluster that are wrong, missing, or do nothing", () => {
  const engine = memoryEngine();
  const refusal = (options: object) =>
    assertThrows(() => opmap(double, options as never), ConfigurationError).message.replace(
      'Cannot wrap "double" as ',
      "",
    );
  assertEquals(refusal(quiet), `'engine' must be given in the mode "cluster": received undefined`);
  assertEquals(
    refusal({ ...quiet, engine: {} }),
    "'engine' must be an engine, such as that of natsEngine(): received an object",
  );
  assertEquals(
    refusal({ ...quiet, engine, task: "a b" }),
    "'task' must be 1 to 64 letters, digits, '_' and '-': received \"a b\"",
  );
  assertEquals(
    refusal({ ...quiet, engine, version: "1.2" }),
    "'version' must be 1 to 64 letters, digits, '_' and '-': received \"1.2\"",
  );
  assertEquals(
    refusal({ ...quiet, engine, lease: 0 }),
    `'lease' must be a positive duration in seconds or with its unit, such as "250ms", "2s", "5m", "1h", "1d": received 0`,
  );
  for (
    const [name, value, shown] of [["engine", engine, "an instance of a class"], ["task", "t", '"t"'], [
      "lease",
      "1s",
      '"1s"',
    ]]
  ) {
    const message = refusal({ [name as string]: value });
    assert(
      message.startsWith(`'${name}' must be given together with 'mode: "cluster"', without which it does nothing`),
      message,
    );
    assert(name === "engine" || message.endsWith(`received ${shown}`), message);
  }
  assert(
    assertThrows(() => opmap((n: number) => n, { ...quiet, engine, name: "a function" }), ConfigurationError)
      .message.includes("'task' must be 1 to 64 letters"),
  );
});

Deno.test("serve() refuses what it cannot serve", async () => {
  const engine = memoryEngine();
  const refusal = async (map: unknown, options: object = {}) =>
    (await assertRejects(() => serve(map, options as never), ConfigurationError)).message;
  assertEquals(
    await refusal(double),
    `Cannot serve a function as 'map' must be made by opmap() with mode: "cluster": received a function`,
  );
  const sync = opmap((n: number) => n, { ...quiet, engine, task: "sync" });
  assertEquals(
    await refusal(sync, { slots: 4 }),
    `Cannot serve "anonymous" as 'slots' must be left out, and 'threads' given, for a function that is not written as ` +
      "async, which would keep this thread from saying that it is alive: received 4",
  );
  const map = opmap(double, { ...quiet, engine });
  assertEquals(
    await refusal(map, { slots: 4, threads: 2 }),
    `Cannot serve "double" as 'threads' must be left out where 'slots' is given: received 2`,
  );
  assert((await refusal(map, { slot: 4 })).includes("'slot' must be a known option"));
  const outside = 1;
  const bound = opmap((n: number) => n + outside, { ...quiet, engine, name: "bound", task: "bound" });
  assert((await refusal(bound)).includes("refers to 'outside'"));
});

Deno.test("two callers of one task get their own results, and workers of another version nothing", async () => {
  await using engine = memoryEngine();
  const served: string[] = [];
  const open = (version: string, shift: number) =>
    createOpero().opmap(async (n: number) => {
      served.push(version);
      return await Promise.resolve(n + shift);
    }, { ...quiet, engine, task: "shift", version });
  await using first = open("1", 1);
  await using again = open("1", 1);
  await using next = open("2", 1_000);
  await Promise.all([engine.serve(first), engine.serve(next)]);
  const items = Array.from({ length: 200 }, (_, n) => n);
  const results = await Promise.all([first(items), again(items.map((n) => -n)), next(items)]);
  assertEquals(results, [
    items.map((n) => n + 1),
    items.map((n) => 1 - n),
    items.map((n) => n + 1_000),
  ]);
  assertEquals([served.length, served.filter((version) => version === "2").length], [600, 200]);
});

Deno.test("fallback values never travel: a worker puts its own in their place, by the index", async () => {
  const { engine, seen } = listeningEngine();
  const use = async ({ id, keys }: { id: number; keys?: string[] }): Promise<string> => {
    const { fallbackIndex } = currentCall();
    if (keys?.[0] === "canary-dead") throw Object.assign(new Error("unauthorized"), { status: 401 });
    return await Promise.resolve(`${id} ${keys?.[0]} ${fallbackIndex}`);
  };
  const options = { ...quiet, engine, argFallback: "keys", fallbackValues: ["canary-dead", "canary-good"] };
  await using map = opmap(use, { ...options, task: "use", retries: 0 });
  await using _worker = await serve(map);
  const results = await map.withMeta([{ id: 1 }, { id: 2 }]);
  assertEquals(results.map(({ value, meta }) => [value, meta.attempts]), [
    ["1 canary-good 1", 2],
    ["2 canary-good 1", 2],
  ]);
  const sent = seen.filter((text) => !text.includes('"kind":"results"'));
  assertEquals(sent.filter((text) => text.includes("canary")), []);
  const error = await assertRejects(() => map([{ id: 3, keys: ["canary-own"] }]), MapError);
  assertEquals(
    (error.errors[0]!.error as Error).message,
    `Cannot map "use" as 'fallbackValues' must be given in mode "cluster", where the values of an item do not travel: ` +
      "received an item with values of its own",
  );
});

Deno.test("neither the source of a function, nor where it runs, nor its environment travel", async () => {
  const { engine, seen } = listeningEngine();
  // A canary in the source of the function.
  await using map = opmap(async (n: number) => await Promise.resolve(["canary-in-source", n][1]), {
    ...quiet,
    engine,
    task: "private",
  });
  await using _worker = await serve(map);
  assertEquals(await map([1, 2]), [1, 2]);
  const all = seen.join("\n");
  for (const secret of ["canary-in-source", Deno.cwd(), Deno.hostname(), "cluster_test"]) {
    assert(!all.includes(secret), secret);
  }
});

Deno.test("what an engine cannot carry fails its item alone, at once, with both sizes", async () => {
  await using engine = memoryEngine();
  let runs = 0;
  await using map = opmap(async (bytes: number) => {
    runs++;
    return await Promise.resolve("x".repeat(bytes));
  }, { ...quiet, engine, task: "sizes", onError: "return" });
  await engine.serve(map);
  const [small, large, fits] = await map([10, 5_000_000, 900_000]);
  assertEquals([small, fits], ["x".repeat(10), "x".repeat(900_000)]);
  assertInstanceOf(large, SerializationError);
  assertEquals(
    (large as Error).message,
    "Cannot return a result from a worker as it takes 5000005 bytes, and the engine takes at most 1048192",
  );
  assertEquals(runs, 3);
  await using sender = opmap(async (text: string) => await Promise.resolve(text.length), {
    ...quiet,
    engine,
    task: "items",
    onError: "return",
  });
  await engine.serve(sender);
  const [length, refused] = await sender(["x".repeat(900_000), "x".repeat(2_000_000)]);
  assertEquals(length, 900_000);
  assertInstanceOf(refused, SerializationError);
  assert((refused as Error).message.includes("and its engine takes at most 1048576"));
});

Deno.test("values and errors cross as they do to a pool", async () => {
  class Point {
    constructor(readonly x: number, readonly y: number) {}
  }
  class TeapotError extends Error {
    override name = "TeapotError";
    constructor(message: string, readonly pot: { readonly volume: number }) {
      super(message);
    }
  }
  const shared = { a: 1 };
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const values: unknown[] = [
    undefined,
    -0,
    NaN,
    12n,
    new Date(5),
    new Map([[{ k: 1 }, new Set([1])]]),
    /x/gi,
    new Uint8Array([1, 2, 3]).subarray(1),
    new ArrayBuffer(2),
    [shared, shared],
    cycle,
    new Point(1, 2),
    [new TeapotError("hot", { volume: 2 })],
    "ein\nzwei \u2028 \ud800",
  ];
  await using engine = memoryEngine();
  const back = async (value: unknown) => await Promise.resolve(value);
  const options = { progress: false, errorClasses: [TeapotError] } as const;
  await using map = opmap(back, { ...options, mode: "cluster", engine });
  await using pool = opmap(back, { ...options, mode: "process", workers: 1 });
  await engine.serve(map);
  const [crossed, pooled] = await Promise.all([map(values), pool(values)]);
  // A thread knows no classes of errors; a worker of a cluster is the user's own program, which does.
  for (const [place, value] of crossed.entries()) {
    if (place !== 12) assertEquals(value, pooled[place], `value ${place}`);
  }
  const [error] = crossed[12] as [TeapotError];
  assertInstanceOf(error, TeapotError);
  assertEquals([error.message, error.pot], ["hot", { volume: 2 }]);
  const [one, other] = crossed[9] as unknown[];
  assert(one === other, "what is one stays one");
});

Deno.test("what is thrown is caught by its class, and what cannot cross is refused by its kind", async () => {
  await using engine = memoryEngine();
  await using map = opmap(async (kind: string): Promise<unknown> => {
    await Promise.resolve();
    if (kind === "throws") throw new RangeError("no", { cause: new URL("https://example.com/") });
    if (kind === "throws text") throw "just text";
    return kind === "function" ? () => 1 : kind === "url" ? new URL("https://example.com/") : kind;
  }, { ...quiet, engine, task: "kinds", retries: 0, onError: "return" });
  await engine.serve(map);
  const results = await map(["throws", "throws text", "function", "url", "plain"]);
  const causes = results.slice(0, 4).map((result) => (result as AllFailedError).errors.map(String)[0]);
  assertEquals([...causes, results[4]], [
    "RangeError: no",
    "just text",
    "SerializationError: Cannot return a result from a worker as it holds a function",
    "SerializationError: Cannot return a result from a worker as it holds a URL",
    "plain",
  ]);
});

Deno.test("an item that loops costs itself alone, in threads, which keep the beat of the leases", async () => {
  await using engine = memoryEngine();
  const map = opmap((n: number): number => {
    const lock = new Int32Array(new SharedArrayBuffer(4));
    // Its thread hears nothing meanwhile, as in a loop that computes.
    do Atomics.wait(lock, 0, 0, 2_500); while (n === 2);
    return n;
  }, { ...quiet, engine, task: "busy", lease: "2s", timeout: "6s", retries: 0, onError: "return" });
  const worker = await engine.serve(map, { threads: 2 });
  const [one, looping, three] = await map([1, 2, 3]);
  assertEquals([one, three], [1, 3]);
  assertInstanceOf((looping as AllFailedError).cause, TimeoutError);
  assertEquals(worker.counts.done, 3);
  await map.close();
});

Deno.test("the source is never ahead by more than two windows and a frame", async () => {
  await using engine = memoryEngine();
  let done = 0;
  let ahead = 0;
  await using map = opmap(async (n: number) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    done++;
    return n;
  }, { ...quiet, engine, task: "window", chunkSize: 5 });
  await engine.serve(map, { slots: 4 });
  function* source() {
    for (let n = 0; n < 300; n++) {
      ahead = Math.max(ahead, n + 1 - done);
      yield n;
    }
  }
  let count = 0;
  for await (const _ of map.stream(source())) count++;
  assertEquals(count, 300);
  assert(ahead > 4 && ahead <= 2 * 4 + 5, `${ahead} items ahead`);
});

Deno.test("a map that is idle lets its engine go, and comes back", async () => {
  await using engine = memoryEngine();
  let lines = 0;
  const open = engine.openCaller.bind(engine);
  Object.assign(engine, { openCaller: (...args: Parameters<typeof open>) => (lines++, open(...args)) });
  await using map = opmap(double, { ...quiet, engine, task: "idle" });
  await engine.serve(map);
  assertEquals(await map([1]), [2]);
  assertEquals(await map([2]), [4]);
  assertEquals(lines, 1);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assertEquals(await map([3]), [6]);
  assertEquals(lines, 2);
});

Deno.test("close() ends what runs, and a map that was closed can be used again", async () => {
  await using engine = memoryEngine();
  const map = opmap(async (n: number, signal = currentCall().signal) => {
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    return n;
  }, { ...quiet, engine, task: "closing" });
  const worker = await engine.serve(map);
  const working = assertRejects(() => map([1]), DOMException, "The map was closed");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await map.close();
  await working;
  while (worker.counts.running > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(worker.counts.done, 1);
});

Deno.test("a worker stops by its signal, and after it had nothing to do for a while", async () => {
  await using engine = memoryEngine();
  await using map = opmap(double, { ...quiet, engine, task: "stopping" });
  const controller = new AbortController();
  const [told, idle] = [
    await engine.serve(map, { signal: controller.signal }),
    await engine.serve(map, { idleExit: "100ms" }),
  ];
  assertEquals(await map([1, 2]), [2, 4]);
  await idle.stopped;
  controller.abort();
  await told.stopped;
});

Deno.test("a worker stops after about as many items as it is to do, and others go on", async () => {
  await using lab = new ClusterLab((item, { clock }) => clock.sleep(10 + item % 3).then(() => item));
  const [short] = [await lab.start({ maxItems: 10, grace: "5s" }), await lab.start()];
  const items = Array.from({ length: 60 }, (_, item) => item);
  assertEquals(await lab.drive(lab.map(items)), items);
  await lab.drive(short!.stopped);
  const { done } = short!.counts;
  assert(done >= 10 && done < 10 + 4, `${done} items`);
  assertEquals([short!.state, lab.workers[1]!.state], ["stopped", "serves"]);
});

Deno.test("stop() takes a shorter grace while it waits, and what still runs continues elsewhere", async () => {
  let runs = 0;
  await using lab = new ClusterLab((item, { clock }) => ++runs <= 3 ? clock.sleep(3_600_000) : Promise.resolve(item));
  const hung = await lab.start({ grace: "1h" });
  const running = lab.map([1, 2, 3]);
  await lab.clock.tick("1s");
  const stopped = hung.stop();
  await lab.clock.tick("10m");
  assertEquals([hung.state, hung.counts.running], ["stops", 3]);
  await lab.start();
  assertThrows(() => hung.stop("soon" as never), ConfigurationError, "Cannot stop a worker as 'grace' must be");
  void hung.stop(0);
  await lab.drive(stopped);
  assertEquals(await lab.drive(running), [1, 2, 3]);
});

Deno.test("the report of a run, and its bar, say which worker did what", async () => {
  await using engine = memoryEngine();
  await using map = opmap(async (n: number) => {
    if (n === 3) throw new TypeError("three");
    await new Promise((resolve) => setTimeout(resolve, 5));
    return n;
  }, { ...quiet, engine, task: "names", retries: 0, onError: "return", chunkSize: 1 });
  await engine.serve(map, { slots: 2, name: "left:1" });
  await engine.serve(map, { slots: 2, name: "right:2" });
  const run = map.run(Array.from({ length: 40 }, (_, n) => n));
  await run;
  const { workers } = run.report();
  assertEquals(workers.map(({ name }) => name).toSorted(), ["left:1", "right:2"]);
  assertEquals(workers.reduce((sum, { done }) => sum + done, 0), 40);
  assertEquals(workers.reduce((sum, { failed }) => sum + failed, 0), 1);
});

Deno.test("a worker is called by what says nothing of its machine unless it has a name, which must be one", async () => {
  await using engine = memoryEngine();
  await using map = opmap(double, { ...quiet, engine });
  const { name, slots } = await engine.serve(map, { slots: 3 });
  assertMatch(name, /^worker-[\da-f]{8}$/);
  assertEquals(slots, 3);
  for (const wrong of ["", "a b", "x".repeat(81), "\u001b[31m"]) {
    const refused = () => serve(map, { name: wrong });
    await assertRejects(refused, ConfigurationError, `'name' must be 1 to 80 letters, digits, '.', ':', '_' and '-'`);
  }
});

Deno.test("serve() waits for an engine that is away, until its signal aborts", async () => {
  let isAway = true;
  const inner = memoryEngine();
  const engine: Engine = {
    ...listeningEngine().engine,
    openWorker: (address, worker) => isAway ? Promise.reject(new Error("away")) : inner.openWorker(address, worker),
  };
  const map = opmap(double, { ...quiet, engine, task: "away" });
  const controller = new AbortController();
  const lines = await warningsOf(async () => {
    const waiting = assertRejects(() => serve(map, { signal: controller.signal }), Error, "enough");
    await new Promise((resolve) => setTimeout(resolve, 120));
    controller.abort(new Error("enough"));
    await waiting;
    await assertRejects(() => serve(map, { signal: controller.signal }), Error, "enough");
    setTimeout(() => isAway = false, 100);
    await (await serve(map)).stop();
  });
  assertEquals(lines.filter((line) => line.includes("does not answer (away)")).length >= 1, true);
});

Deno.test("a caller that only waits says once that the engine is away, and once that it is back", async () => {
  const clock = new FakeClock();
  const inner = memoryEngine({ clock });
  let [isAway, isOpen] = [false, false];
  const engine: Engine = {
    ...listeningEngine().engine,
    openCaller: async (...args) => {
      const line = await inner.openCaller(...args);
      isOpen = true;
      const waiting = line.waiting.bind(line);
      return Object.assign(line, { waiting: () => isAway ? Promise.reject(new Error("no route")) : waiting() });
    },
  };
  // What sends is loaded first, for which the clock does not wait.
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      await clock.tick("1s");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const { opmap } = createOpero({ clock });
  const map = opmap(double, { ...quiet, engine, name: "waiting", task: "waiting" });
  const lines = await warningsOf(async () => {
    const running = map([1]).catch(() => {});
    while (!isOpen) await pass(1);
    await pass(5);
    for (const _outage of [1, 2]) {
      isAway = true;
      await pass(10);
      isAway = false;
      await pass(3);
    }
    await map.close();
    await running;
  });
  const about = lines.filter((line) => line.includes("the engine of")).map((line) =>
    line.match(/the engine of .*/)![0]
  );
  const away = 'the engine of "waiting" does not answer (no route); it is tried again until it does';
  const back = 'the engine of "waiting" answers again';
  assertEquals(about, [away, back, away, back]);
});

Deno.test("with sealKey nothing of items, results, errors and keys shows in what an engine carries", async () => {
  const { engine, seen } = listeningEngine();
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const open = (sealKey: CryptoKey) =>
    createOpero().opmap(async (text: string) => {
      const { attempt } = currentCall();
      await Promise.resolve();
      if (text.endsWith("3")) throw new Error(`canary-error ${attempt}`);
      return `canary-result of ${text}`;
    }, { ...quiet, engine, task: "sealed", sealKey, retries: 0, onError: "return" });
  await using map = open(key);
  await using _worker = await serve(map);
  const results = await map(["canary-1", "canary-2", "canary-3"]);
  assertEquals(results.slice(0, 2), ["canary-result of canary-1", "canary-result of canary-2"]);
  assert(String((results[2] as AllFailedError).cause).includes("canary-error"));
  assert(seen.length >= 4, "frames went by");
  assertEquals(seen.filter((text) => text.includes("canary") || text.includes('"opero"')), []);
  assert(!JSON.stringify(map.options).includes("AES"));
});

Deno.test("frames that are sealed with another key are refused, and said so once", async () => {
  const { engine } = listeningEngine();
  const generate = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt", "decrypt"]);
  let runs = 0;
  const open = (sealKey: CryptoKey | undefined) =>
    createOpero().opmap(async (n: number) => await Promise.resolve(runs++ + n), {
      ...quiet,
      engine,
      task: "keys",
      sealKey,
      deadline: "500ms",
      onError: "return",
    });
  const [one, other, plain] = [open(await generate()), open(await generate()), open(undefined)];
  const lines = await warningsOf(async () => {
    await using _worker = await serve(one);
    for (const map of [other, plain]) {
      assertEquals((await map([1]) as AllFailedError[]).map(({ reason }) => reason), ["deadline"]);
      await map.close();
    }
    assertEquals([await one([1]), runs], [[1], 1]);
    await one.close();
  });
  assertEquals(lines.filter((line) => line.includes("came in a form that is not known here")).length, 1);
});

Deno.test("opmap() refuses a key that is not for AES-GCM, or not for both sides", async () => {
  const engine = memoryEngine();
  const refusal = (sealKey: unknown) =>
    assertThrows(() => opmap(double, { ...quiet, engine, sealKey } as never), ConfigurationError).message;
  const oneSided = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]);
  for (const key of ["secret", {}, oneSided]) {
    const message = refusal(key);
    assert(
      message.includes("'sealKey' must be a CryptoKey for AES-GCM that may encrypt and decrypt: received a"),
      message,
    );
    assert(!message.includes("secret"));
  }
});

Deno.test("opmap() ends what waits for workers when its engine is closed", async () => {
  const engine = memoryEngine();
  await using map = opmap(async (n: number) => await Promise.resolve(n), {
    mode: "cluster",
    engine,
    task: "closed",
    progress: false,
  });
  const running = map([1, 2]);
  running.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  await engine.close();
  const error: MapError = await assertRejects(() => running, MapError);
  const causes = error.errors.map(({ error }) => (error as AllFailedError).cause);
  assert(causes.length === 2 && causes.every((cause) => cause instanceof EngineError));
});
