import { createOpero } from "../../../src/create_opero.ts";
import { memoryCache, type OperoOptions, tiered } from "../../../mod.ts";
import { FakeClock } from "../../../testing.ts";
import { ChaosBackend, type ChaosOptions, type Fault, FAULTS } from "../../support/chaos_backend.ts";
import { isNightly } from "../../support/runs.ts";
import { assert, assertEquals } from "@std/assert";

/** With every fault, count and kind of answer: 3 600 cases, 20 000 at night. */
const FIRST_OPERATIONS = isNightly ? 334 : 60;
const COUNTS = [1, 3, 5, 8, Infinity];
/** What a dead backend may add to a call, in milliseconds, and to how many calls. */
const MAX_ADDED_MS = 300;
const MAX_DELAYED_CALLS = 5;

interface Run {
  readonly clock: FakeClock;
  readonly backend: ChaosBackend;
  readonly warnings: string[];
  /** Calls the function and answers how long it took. */
  readonly call: (arg: number) => Promise<number>;
}

type CaseOptions = Omit<ChaosOptions, "clock"> & { readonly isTiered?: boolean; readonly lifetimes?: OperoOptions };

/** With some, values go past their time in mid-run. */
const LIFETIMES: readonly OperoOptions[] = [{}, { cacheTtl: "1s" }, { cacheTtl: "1s", cacheStale: "1h" }, {
  cacheTtl: "1s",
  cacheStaleIfError: "1h",
}];

function start(options: CaseOptions): Run {
  const clock = new FakeClock();
  const backend = new ChaosBackend({ ...options, clock });
  const warnings: string[] = [];
  const silent = () => {};
  const logger = { debug: silent, info: silent, warning: (line: string) => void warnings.push(line), error: silent };
  const { opero } = createOpero({ clock, logger, random: () => 0.5 });
  const cached = opero((n: number) => Promise.resolve({ n }), {
    cache: true,
    cacheBackend: options.isTiered ? tiered(memoryCache({ maxEntries: 1 }), backend) : backend,
    cacheId: "chaos",
    ...options.lifetimes as object,
  });
  const call = async (arg: number) => {
    const startMs = clock.now();
    let isDone = false;
    const answered = cached(arg).finally(() => isDone = true);
    for (let turn = 0; !isDone && turn < 100; turn++) await clock.tick(turn === 0 ? 0 : "10ms");
    assert(isDone, "the call must end");
    assertEquals(await answered, { n: arg });
    return clock.now() - startMs;
  };
  return { clock, backend, warnings, call };
}

async function checkCase(options: CaseOptions): Promise<void> {
  const { backend, clock, warnings, call } = start(options);
  const added: number[] = [];
  // Up to the fault, and on through it.
  for (let i = 0; backend.operations <= options.from || i < options.from / 2 + 12; i++) {
    assert(i < options.from * 2 + 20, "the fault must be reached");
    added.push(await call(i % 4));
    if (i % 3 === 0) await clock.tick("100ms");
  }
  assert(Math.max(...added) <= MAX_ADDED_MS, `a call took ${Math.max(...added)} ms`);
  const delayed = added.filter((ms) => ms > 0).length;
  if (options.count === Infinity && options.fault !== "is slow") {
    assert(delayed <= MAX_DELAYED_CALLS, `${delayed} delayed`);
  }
  assert(warnings.length <= 1, warnings.join());
  assert(!warnings.join().includes("secret"));
  await clock.tick("10s");
}

for (const fault of FAULTS) {
  Deno.test(`opero() gives every call its result when the n-th operation of the cache ${fault}`, async () => {
    for (let from = 0; from < FIRST_OPERATIONS; from++) {
      for (const count of COUNTS) {
        for (const isAsync of [false, true]) {
          const lifetimes = LIFETIMES[from % LIFETIMES.length]!;
          await checkCase({ fault, from, count, isAsync, lifetimes, isTiered: from % 5 === 4 });
        }
      }
    }
  });
}

const DEADLY: readonly Fault[] = ["throws", "rejects", "hangs", "is too slow", "answers nonsense"];

for (const fault of DEADLY) {
  Deno.test(`opero() leaves a cache alone for a second, then two, and so on to thirty, when it ${fault}`, async () => {
    const { clock, backend, call } = start({ fault, from: 0, count: Infinity, isAsync: true });
    for (let i = 0; i < 5; i++) await call(i);
    assertEquals(backend.operations, 5);
    for (const restS of [1, 2, 4, 8, 16, 30, 30]) {
      await clock.tick(restS - 0.6);
      for (let i = 0; i < 5; i++) assertEquals(await call(i), 0);
      const before = backend.operations;
      await clock.tick(0.6);
      await Promise.all([call(0), call(1), call(2)]);
      assertEquals(backend.operations - before, 1);
    }
  });

  Deno.test(`opero() has a cache back two seconds after an outage in which it ${fault}`, async () => {
    const { clock, backend, call, warnings } = start({ fault, from: 2, count: 5, isAsync: true });
    for (let i = 0; i < 20; i++) await call(0);
    assertEquals(backend.operations, 7);
    await clock.tick("2s");
    for (let i = 0; i < 3; i++) await call(0);
    assertEquals(backend.operations, 10);
    assertEquals(warnings.length, 1);
  });
}
