import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  ConfigurationError,
  configureLogging,
  createOpero,
  currentCall,
  type JournalConfig,
  type JournalResume,
  MapError,
  type OnError,
  opmap,
  type ProgressState,
  SerializationError,
} from "@opero/core";
import { namesBeside, recordsIn, withJournal } from "../support/temporary_journal.ts";

/** A map that counts its runs by item; `fails` says which items fail by now. */
function countedMap(journal: string | JournalConfig, fails: (id: number) => boolean = () => false) {
  const runs: number[] = [];
  const map = opmap(async function load(id: number) {
    runs.push(id);
    await Promise.resolve();
    if (fails(id)) throw new Error("no such item");
    return id * 10;
  }, { retries: 0, progress: false, journal });
  return { map, runs };
}

Deno.test("opmap() with a journal records each item, and a later run runs none of them", async () => {
  await withJournal(async (path) => {
    assertEquals(await countedMap(path).map([1, 2, 3]), [10, 20, 30]);
    const [header] = Deno.readTextFileSync(path).split("\n");
    assertEquals({ ...JSON.parse(header!), at: "" }, { opero: 1, task: "load", key: "item", at: "" });
    assertEquals(recordsIn(path).map(({ s, a, w, v }) => ({ s, a, w, v })), [
      { s: "ok", a: 1, w: 0, v: 10 },
      { s: "ok", a: 1, w: 0, v: 20 },
      { s: "ok", a: 1, w: 0, v: 30 },
    ]);
    const { map, runs } = countedMap(path);
    assertEquals(await map([1, 2, 3]), [10, 20, 30]);
    assertEquals(runs, []);
    assertEquals(namesBeside(path), ["run.jsonl"], "the lock is given back");
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  });
});

Deno.test("opmap() with a journal finds items again in another order, among others, and equal ones one by one", async () => {
  await withJournal(async (path) => {
    await countedMap(path).map([1, 2, 2, 3]);
    const { map, runs } = countedMap(path);
    assertEquals(await map([9, 3, 2, 2, 2, 1]), [90, 30, 20, 20, 20, 10]);
    assertEquals(runs, [9, 2], "a new one, and the third of three equal ones");
  });
});

/** What comes back as it was: of the values that JSON has no form for, too. */
const VALUES: readonly unknown[] = [
  undefined,
  null,
  NaN,
  -0,
  12n,
  "line\nbreak \u2028 \u{1f600} \ud800",
  new Date(5),
  new Map<unknown, unknown>([[{ a: 1 }, new Set([undefined])]]),
  new Uint8Array([1, 2, 255]),
  /a"b/gi,
  new URL("https://example.com/a?b"),
  [, 1],
  { __proto__: null, "}": ',"v":' },
  Object.assign(new TypeError("kept"), { code: "E_KEPT" }),
];

Deno.test("opmap() with a journal gives recorded values back as they were", async () => {
  await withJournal(async (path) => {
    const map = opmap((place: number) => VALUES[place], { name: "values", journal: path, progress: false });
    const places = VALUES.map((_, place) => place);
    await map(places);
    const restored = await map.withMeta(places);
    assertEquals(restored.map(({ value }) => value), VALUES);
    assertEquals(restored.map(({ meta }) => [meta.cache, meta.attempts]), places.map(() => ["journal", 0]));
  });
});

Deno.test("opmap() with a journal fails an item whose value would not come back, and no other", async () => {
  await withJournal(async (path) => {
    const map = opmap((id: number) => id === 1 ? () => id : id, { name: "handles", journal: path, onError: "return" });
    const [first, second]: unknown[] = await map([0, 1]);
    assertEquals(first, 0);
    assert(second instanceof SerializationError);
    assertEquals(
      (second as Error).message,
      'Cannot record the result of item 1 of "handles" in the journal as it holds a function',
    );
    assertEquals(recordsIn(path).map(({ s }) => s), ["ok", "failed"]);
  });
});

Deno.test("opmap() with a journal asks for 'key' where items cannot be compared by value", async () => {
  await withJournal(async (path) => {
    const items = [{ id: "a", run: () => 1 }, { id: "b", run: () => 2 }];
    const load = ({ run }: typeof items[number]) => run();
    const failing = opmap(load, { journal: path, progress: false });
    const error = await assertRejects(() => failing(items), MapError);
    assertInstanceOf(error.errors[0]!.error, ConfigurationError);
    assertEquals(
      error.errors[0]!.error.message,
      `Cannot map "load" as 'journal.key' must be given for items that hold what cannot be compared by value, such as item 0`,
    );
    const own = `${path}.own`;
    const keyed = opmap(load, { journal: { path: own, key: ({ id }) => id }, progress: false });
    assertEquals(await keyed(items), [1, 2]);
    assertEquals(await keyed([{ id: "b", run: () => 3 }, { id: "c", run: () => 4 }]), [2, 4]);
    assert(!Deno.readTextFileSync(own).includes('"b"'), "a key is recorded as a hash");
    const wrong = opmap(load, { journal: { path: own, key: (() => 7) as never }, progress: false, onError: "return" });
    const [answer] = await wrong(items);
    assertEquals(
      (answer as unknown as Error).message,
      `Cannot map "load" as 'journal.key' must be a function that returns a string: received a number`,
    );
  });
});

/** What each mode runs of: an item that succeeded, one that failed, one that is new. */
const RESUMED: Readonly<Record<JournalResume, { readonly runs: number[]; readonly results: unknown[] }>> = {
  unfinished: { runs: [2, 3], results: [10, 20, 30] },
  failed: { runs: [2], results: [10, 20, undefined] },
  new: { runs: [3], results: [10, undefined, 30] },
  off: { runs: [1, 2, 3], results: [10, 20, 30] },
};

for (const [resume, { runs: expected, results }] of Object.entries(RESUMED)) {
  Deno.test(`opmap() with resume: "${resume}" runs what that says, and leaves the places of others empty`, async () => {
    await withJournal(async (path) => {
      await countedMap(path, (id) => id === 2).map([1, 2]).catch(() => {});
      const config = { path, resume: resume as JournalResume };
      const [list, stream] = [countedMap(config), countedMap(config)];
      assertEquals(await list.map([1, 2, 3]), results);
      assertEquals(list.runs, expected);
      const streamed = [];
      for await (const each of stream.map.stream([1, 2, 3], { journal: { path, resume: "off" } })) streamed.push(each);
      assertEquals(streamed, [10, 20, 30]);
    });
  });
}

Deno.test("a stream leaves out what the journal is not to run, and an unordered list has a place for it", async () => {
  await withJournal(async (path) => {
    await countedMap(path).map([1, 4]);
    const { map, runs } = countedMap({ path, resume: "failed" });
    const streamed = [];
    for await (const each of map.stream([1, 2, 3, 4])) streamed.push(each);
    assertEquals([streamed, runs], [[10, 40], []]);
    const unordered = opmap(function load(id: number) {
      return id * 10;
    }, { journal: { path, resume: "failed" }, ordered: false, progress: false });
    assertEquals((await unordered([1, 2, 4])).sort(), [10, 40, undefined]);
  });
});

for (const onError of ["throw", "return", "skip", "abort"] satisfies OnError[]) {
  Deno.test(`opmap() with a journal and onError: "${onError}" runs what failed once it is fixed`, async () => {
    await withJournal(async (path) => {
      let isFixed = false;
      const { map, runs } = countedMap(path, (id) => id === 2 && !isFixed);
      const outcome = await map([1, 2], { onError, workers: 1 }).catch((error) => error);
      if (onError === "throw" || onError === "abort") assertInstanceOf(outcome, MapError);
      else assertEquals((outcome as unknown[]).length, onError === "return" ? 2 : 1);
      assertEquals(recordsIn(path).map(({ s }) => s), ["ok", "failed"]);
      isFixed = true;
      assertEquals(await map([1, 2, 3], { onError }), [10, 20, 30]);
      assertEquals(runs, [1, 2, 2, 3]);
    });
  });
}

Deno.test("opmap() with a journal records of an error its name, its status, and its text without the item", async () => {
  await withJournal(async (path) => {
    const secret = "CANARY-4711-item";
    const map = opmap(function ask(item: { key: string }) {
      throw Object.assign(new Error(`refused ${item.key} of https://user:CANARY@host/`), { status: 503 });
    }, { retries: 1, minDelay: 0, journal: path, onError: "skip", progress: false });
    await map([{ key: secret }]);
    const text = Deno.readTextFileSync(path);
    assert(!text.includes("CANARY"), text);
    const [{ e, a }] = recordsIn(path) as [{ e: unknown; a: number }];
    assertEquals([a, e], [2, { name: "Error", message: "refused ••• of •••", status: 503, attempts: ["503", "503"] }]);
  });
});

Deno.test("a run with a journal that is aborted keeps what was done, and nothing of what was not", async () => {
  await withJournal(async (path) => {
    const controller = new AbortController();
    const slow = opmap(async function load(id: number) {
      if (id > 2) await new Promise(() => {});
      await new Promise((resolve) => setTimeout(resolve, id));
      if (id === 2) controller.abort(new Error("stopped"));
      return id * 10;
    }, { workers: 3, retries: 0, journal: path, progress: false });
    await assertRejects(() => slow([1, 3, 2, 4], { signal: controller.signal }), Error, "stopped");
    assertEquals(recordsIn(path).map(({ v }) => v), [10]);
    assertEquals(namesBeside(path), ["run.jsonl"]);
    const { map, runs } = countedMap(path);
    assertEquals(await map([1, 3, 2, 4]), [10, 30, 20, 40]);
    assertEquals(runs, [3, 2, 4]);
  });
});

Deno.test("a stream with a journal keeps what was done when its reader leaves, also of an endless source", async () => {
  await withJournal(async (path) => {
    function* numbers() {
      for (let id = 0;; id++) yield id;
    }
    for (let round = 1; round < 3; round++) {
      const { map, runs } = countedMap(path);
      for await (const value of map.stream(numbers())) if (value === 40 * round) break;
      assertEquals(namesBeside(path), ["run.jsonl"]);
      assert(runs.length < 16, `${runs.length} runs`);
    }
  });
});

Deno.test("a run with a journal whose source throws keeps what was done, of an async source too", async () => {
  await withJournal(async (path) => {
    async function* source() {
      yield await Promise.resolve(1);
      yield 2;
      throw new Error("the source is broken");
    }
    await assertRejects(() => countedMap(path).map(source()), Error, "the source is broken");
    const { map, runs } = countedMap(path);
    assertEquals(
      await map((async function* () {
        for (const id of [1, 2, 3]) yield await Promise.resolve(id);
      })()),
      [10, 20, 30],
    );
    assertEquals(runs, [3]);
  });
});

Deno.test("a run with a journal gives it back where it is closed, aborted before it begins, or has no items", async () => {
  await withJournal(async (path) => {
    const { map } = countedMap(path);
    assertEquals(await map([]), []);
    await assertRejects(() => map([1], { signal: AbortSignal.abort(new Error("before")) }), Error, "before");
    const never = () => new Promise<number>(() => {});
    const endless = opmap(never, { name: "load", journal: path, progress: false });
    const running = assertRejects(() => endless([1, 2]), DOMException, "The map was closed");
    await endless.close();
    await running;
    assertEquals(namesBeside(path), ["run.jsonl"]);
    const instance = createOpero();
    const other = instance.opmap(never, { name: "load", journal: path, progress: false });
    const closed = assertRejects(() => other([1, 2]), DOMException, "The instance was closed");
    await instance.close();
    await closed;
    assertEquals(namesBeside(path), ["run.jsonl"]);
  });
});

Deno.test("close() waits until the journal of a run that is ending is given back", async () => {
  await withJournal(async (path) => {
    const controller = new AbortController();
    const begun = Promise.withResolvers<void>();
    const map = opmap(function load(_id: number) {
      begun.resolve();
      return new Promise<number>(() => {});
    }, { journal: path, progress: false });
    const ending = assertRejects(() => map([1], { signal: controller.signal }), Error, "enough");
    await begun.promise;
    controller.abort(new Error("enough"));
    assertEquals(namesBeside(path), ["run.jsonl", "run.jsonl.lock"]);
    await map.close();
    assertEquals(namesBeside(path), ["run.jsonl"]);
    await ending;
  });
});

Deno.test("a run that is aborted while it reads a long journal ends before that is read", async () => {
  await withJournal(async (path) => {
    await countedMap(path).map([1]);
    const [header, line] = Deno.readTextFileSync(path).split("\n");
    Deno.writeTextFileSync(path, `${header}\n${`${line}\n`.repeat(150_000)}`);
    const { map, runs } = countedMap({ path });
    const timeOf = async (isAborted: boolean): Promise<number> => {
      const startMs = performance.now();
      const signal = isAborted ? AbortSignal.timeout(1) : undefined;
      const ended = map([1], { signal });
      if (isAborted) await assertRejects(() => ended, DOMException);
      else await ended;
      return performance.now() - startMs;
    };
    const abortedMs = await timeOf(true);
    assertEquals(namesBeside(path), ["run.jsonl"]);
    const wholeMs = await timeOf(false);
    assert(abortedMs < wholeMs / 2, `${abortedMs} ms of ${wholeMs} ms`);
    assertEquals(runs, []);
  });
});

Deno.test("the journal of a run is that of the run, or of the map, and false is none", async () => {
  await withJournal(async (path) => {
    const { map, runs } = countedMap(path);
    await map([1], { journal: false });
    assertEquals(namesBeside(path), []);
    await map([1], { journal: `${path}.own` });
    assertEquals(namesBeside(path), ["run.jsonl.own"]);
    await map([1]);
    await map([1]);
    assertEquals(runs, [1, 1, 1]);
  });
});

Deno.test("what comes from the journal counts in progress and events, and not for the ETA", async () => {
  await withJournal(async (path) => {
    await countedMap(path).map([1, 2]);
    const states: ProgressState[] = [];
    const { map } = countedMap(path);
    const seen: unknown[] = [];
    map.events.on("itemDone", ({ index, ok }) => void seen.push([index, ok]));
    map.events.on("success", ({ cache, attempts }) => void seen.push([cache, attempts]));
    await map([1, 2], { progress: (state) => void states.push(state) });
    assertEquals(states.map(({ done, failed, total }) => [done, failed, total]), [[1, 0, 2], [2, 0, 2]]);
    assertEquals(states.map(({ eta }) => eta), [undefined, 0], "nothing is known of how long items take");
    assertEquals(seen.filter((each) => (each as unknown[])[0] === "journal"), [["journal", 0], ["journal", 0]]);
    assertEquals(seen.filter((each) => (each as unknown[])[1] === true), [[0, true], [1, true]]);
  });
});

for (const mode of ["process", "async_process"] as const) {
  Deno.test(`opmap() in the mode "${mode}" records what workers answer`, async () => {
    await withJournal(async (path) => {
      await using first = opmap(async (id: number) => await Promise.resolve(id * 10), {
        name: "tens",
        mode,
        workers: 2,
        journal: path,
        progress: false,
      });
      assertEquals(await first([1, 2, 3]), [10, 20, 30]);
      await using second = opmap((_id: number): Promise<number> => Promise.reject(new Error("runs")), {
        name: "tens",
        mode,
        workers: 2,
        journal: path,
        progress: false,
      });
      assertEquals(await second([3, 2, 1]), [30, 20, 10]);
    });
  });
}

Deno.test("opmap() with a journal in a pool goes on where it stopped: restored, retried, failed and equal items among others", async () => {
  await withJournal(async (path) => {
    await using map = opmap(([id, failing]: [number, number]) => {
      if (id % 100 === 7 && failing > 0) throw new Error("no such item");
      return id * 10;
    }, {
      name: "tens",
      mode: "process",
      workers: 2,
      retries: 0,
      onError: "return",
      progress: false,
      journal: { path, key: ([id]) => String(id) },
    });
    const run = (fails: number) => map.run(Array.from({ length: 1_000 }, (_, i): [number, number] => [i % 990, fails]));
    const [first, again] = [await run(1), run(0)];
    const failed = [7, 107, 207, 307, 407, 507, 607, 707, 807, 907, 997];
    assertEquals(first.flatMap((value, i) => value as unknown instanceof Error ? [i] : []), failed);
    assertEquals(recordsIn(path).length, 1_000, "one for each, equal ones too");
    assertEquals(new Set(recordsIn(path).map(({ k }) => k)).size, 1_000);
    assertEquals(recordsIn(path).filter(({ s }) => s === "failed").length, failed.length);
    assertEquals(await again, Array.from({ length: 1_000 }, (_, i) => i % 990 * 10));
    const { ok, fromJournal } = again.report().totals;
    assertEquals([ok, fromJournal], [1_000, 1_000 - failed.length]);
    assertEquals(again.stats().journaled, 1_000 - failed.length);
  });
});

Deno.test("opmap() with a journal in a pool fails an item whose value would not come back, and no other", async () => {
  await withJournal(async (path) => {
    await using map = opmap((id: number) => id === 2 ? new Blob(["a"]) : id, {
      name: "load",
      mode: "process",
      workers: 1,
      retries: 0,
      onError: "return",
      progress: false,
      journal: path,
    });
    const run = map.run([1, 2, 3]);
    const [one, two, three] = await run;
    assertEquals([one, three], [1, 3]);
    assertInstanceOf(two, SerializationError);
    assertEquals(recordsIn(path).map(({ s }) => s).sort(), ["failed", "ok", "ok"]);
    const { ok, failed } = run.report().totals;
    assertEquals([ok, failed, run.stats().failed, run.stats().active], [2, 1, 1, 0]);
  });
});

Deno.test("items in a pool with a journal have their keys of the journal, over their attempts", async () => {
  await withJournal(async (path) => {
    const keysOf = async () => {
      await using map = opmap((id: number) => {
        const { attempt, idempotencyKey } = currentCall();
        if (id === 3 && attempt === 1) throw new Error("once more");
        return idempotencyKey;
      }, { name: "key of", mode: "process", workers: 2, retries: 1, minDelay: 0, version: "2", progress: false });
      return await map([1, 2, 3, 3], { journal: { path, resume: "off" } });
    };
    const keys = await keysOf();
    const recorded = new Set(recordsIn(path).map(({ k }) => `keyof@2/${k}`));
    assertEquals([recorded.size, recorded], [4, new Set(keys)]);
    assertEquals(await keysOf(), keys);
  });
});

for (const mode of ["thread", "process"] as const) {
  Deno.test(`opmap() in the mode "${mode}" records an item when it is done, not when its turn in the order comes`, async () => {
    await withJournal(async (path) => {
      const gate = `${path}.gate`;
      await using map = opmap(async ([id, gate]: [number, string]) => {
        const isOpen = () => {
          try {
            return Deno.statSync(gate).isFile;
          } catch {
            return false;
          }
        };
        while (id === 0 && !isOpen()) await new Promise((resolve) => setTimeout(resolve, 5));
        return id;
      }, { mode, workers: 2, chunkSize: mode === "process" ? 1 : undefined, maxAhead: 100, journal: path });
      const results: number[] = [];
      const reading = (async () => {
        const items = Array.from({ length: 20 }, (_, id): [number, string] => [id, gate]);
        for await (const id of map.stream(items, { progress: false })) results.push(id);
      })();
      const isRecorded = () => {
        try {
          // What was sent to the worker of the first one waits behind it.
          return recordsIn(path).length >= 15;
        } catch {
          return false;
        }
      };
      while (!isRecorded()) await new Promise((resolve) => setTimeout(resolve, 5));
      assertEquals(results, []);
      Deno.writeTextFileSync(gate, "");
      await reading;
      assertEquals(results, Array.from({ length: 20 }, (_, id) => id));
      assert(recordsIn(path).findIndex(({ v }) => v === 0) >= 15);
    });
  });
}

Deno.test('opmap() with durability: "item" hands a result on once it is safe', async () => {
  await withJournal(async (path) => {
    const { map } = countedMap({ path, durability: "item" });
    for await (const value of map.stream([1, 2, 3, 4, 5, 6, 7, 8])) {
      assert(recordsIn(path).some(({ v }) => v === value), `${value}`);
    }
    assertEquals(await countedMap(path).map([8, 1]), [80, 10]);
  });
});

Deno.test("a journal of which most was replaced is made shorter at the end of a run", async () => {
  await withJournal(async (path) => {
    let isFixed = false;
    const { map } = countedMap(path, (id) => id < 9 && !isFixed);
    const ids = [...Array(10).keys()];
    for (let round = 0; round < 2; round++) await map(ids).catch(() => {});
    assertEquals(recordsIn(path).length, 19, "9 of 19 were replaced");
    isFixed = true;
    assertEquals(await map(ids), ids.map((id) => id * 10));
    assertEquals(recordsIn(path).map(({ s }) => s), ids.map(() => "ok"));
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
    const last = countedMap(path);
    assertEquals(await last.map(ids), ids.map((id) => id * 10));
    assertEquals(last.runs, []);
    assertEquals(namesBeside(path), ["run.jsonl"]);
  });
});

Deno.test("opmap() refuses wrong options of a journal where it is made, and where it runs", async () => {
  const wrong: [unknown, string][] = [
    ["", "'journal' must be the path of a file, an object with a 'path', or false: received \"\""],
    [{}, "'journal.path' must be a non-empty string: received undefined"],
    [{ path: 7 }, "'journal.path' must be a non-empty string: received 7"],
    [
      { path: "a", resume: "all" },
      `'journal.resume' must be one of "unfinished", "failed", "new", "off": received "all"`,
    ],
    [{ path: "a", durability: "none" }, `'journal.durability' must be one of "group", "item": received "none"`],
    [{ path: "a", key: "id" }, `'journal.key' must be a function: received "id"`],
    [{ path: "a", onMismatch: "ignore" }, `'journal.onMismatch' must be one of "error", "restart": received "ignore"`],
  ];
  function load(id: number): number {
    return id;
  }
  for (const [journal, reason] of wrong) {
    const options = { journal } as object;
    assertThrows(() => opmap(load, options), ConfigurationError, `Cannot wrap "load" as ${reason}`);
    await assertRejects(() => opmap(load)([1], options), ConfigurationError, `Cannot map "load" as ${reason}`);
  }
  assertThrows(() => opmap(load, { journal: { path: "a", file: "b" } } as object), ConfigurationError, "journal.file");
  assertThrows(() => opmap(load, { version: "" }), ConfigurationError, "'version' must be a non-empty string");
});

Deno.test("a journal knows an item again whose alternatives have changed, and holds none of them", async () => {
  await withJournal(async (path) => {
    let runs = 0;
    const ask = opmap(function ask({ prompt, apiKey }: { prompt: string; apiKey: string[] }) {
      runs++;
      if (apiKey[0]!.startsWith("CANARY-1")) throw new Error(`401 for ${apiKey[0]}`);
      return prompt.length;
    }, { journal: path, argFallback: "apiKey", retries: 0, progress: false, onError: "return" });
    assertEquals(await ask([{ prompt: "one", apiKey: ["CANARY-1", "CANARY-2"] }]), [3]);
    assertEquals(runs, 2);
    assertEquals(await ask([{ prompt: "one", apiKey: ["CANARY-3"] }]), [3]);
    assertEquals(runs, 2);
    await ask([{ prompt: "two", apiKey: ["CANARY-1x"] }]);
    assert(!Deno.readTextFileSync(path).includes("CANARY"), Deno.readTextFileSync(path));
  });
});

Deno.test("items of a journal that are lists of alternatives differ by these", async () => {
  await withJournal(async (path) => {
    const asked: string[] = [];
    const ask = opmap(function ask(hosts: string[]) {
      asked.push(hosts[0]!);
      return hosts[0]!.length;
    }, { journal: path, argFallback: 0, retries: 0, progress: false });
    assertEquals(await ask([["a", "b"], ["cc"]]), [1, 2]);
    assertEquals(await ask([["cc"], ["ddd"], ["a", "b"]]), [2, 3, 1]);
    assertEquals(asked, ["a", "cc", "ddd"]);
  });
});

Deno.test("a run as an object counts what it skipped, and what came from the journal", async () => {
  await withJournal(async (path) => {
    await countedMap(path, (id) => id === 2).map([1, 2]).catch(() => {});
    const run = countedMap({ path, resume: "failed" }).map.run([1, 2, 3, 4]);
    assertEquals(await run, [10, 20, undefined, undefined]);
    const { done, failed, journaled, skipped } = run.stats();
    assertEquals({ done, failed, journaled, skipped }, { done: 4, failed: 0, journaled: 1, skipped: 2 });
    const { items, ok, left, fromJournal } = run.report().totals;
    assertEquals({ items, ok, left, fromJournal }, { items: 4, ok: 2, left: 2, fromJournal: 1 });
  });
});

Deno.test("a map with a journal shows no secret of its items in its options, its report, and the lines of its log", async () => {
  await withJournal(async (path) => {
    const seen: string[] = [];
    const restore = configureLogging({
      level: "DEBUG",
      sink: (line, record) => seen.push(line, JSON.stringify(record)),
    });
    const map = opmap(function load(item: { token: string }) {
      throw new TypeError(`refused "${item.token}"`);
    }, { journal: { path, key: ({ token }) => token }, retries: 0, progress: false, retryOn: Error, onError: "skip" });
    try {
      const run = map.run([{ token: "CANARY-1" }, { token: "CANARY-2" }]);
      await run;
      seen.push(
        JSON.stringify(run.report()),
        JSON.stringify(run.stats()),
        Deno.inspect(run),
        Deno.inspect(map.options),
      );
      seen.push(Deno.readTextFileSync(path));
      assertEquals(run.report().errors.map(({ label, count }) => [label, count]), [["TypeError", 2]]);
    } finally {
      restore();
    }
    assert(seen.length > 8, `${seen.length} lines`);
    assertEquals(seen.filter((text) => text.includes("CANARY")), []);
  });
});
