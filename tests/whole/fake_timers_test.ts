import { assert, assertEquals } from "@std/assert";
import { createOpero, opero, type OperoOptions, opmap } from "@opero/core";
import { opero as lightOpero } from "@opero/core/light";
import { type FakedParts, FakeGlobals } from "../support/fake_globals.ts";
import { outcomeOf } from "../support/outcome.ts";
import { until } from "../support/until.ts";

const DRIVEN: readonly FakedParts[] = ["all", "date and timers"];

for (const parts of [...DRIVEN, "timers"] as const) {
  Deno.test(`opero() waits between retries by the fake timers of a test: ${parts}`, async () => {
    using fake = new FakeGlobals(parts);
    let attempts = 0;
    const call = outcomeOf(
      opero(() => {
        attempts++;
        throw new Error("busy");
      }, { jitter: "none", retries: 2 })(),
    );
    await fake.tick(99);
    assertEquals(attempts, 1);
    await fake.tick(1);
    assertEquals(attempts, 2);
    await fake.tick(150);
    assertEquals([attempts, (await call).ok, fake.pending], [3, false, 0]);
  });

  for (const name of ["timeout", "deadline"] as const) {
    Deno.test(`opero() ends by the fake timers of a test: ${name}, ${parts}`, async () => {
      using fake = new FakeGlobals(parts);
      let ended = false;
      const call = outcomeOf(opero(() => new Promise(() => {}), { retries: 0, [name]: "5s" })());
      call.then(() => ended = true);
      await fake.tick(4_999);
      assertEquals(ended, false);
      await fake.tick(1);
      assertEquals([ended, fake.pending], [true, 0]);
    });
  }

  Deno.test(`opero() keeps to a rate by the fake timers of a test: ${parts}`, async () => {
    using fake = new FakeGlobals(parts);
    let starts = 0;
    const fn = opero(() => ++starts, { rateLimit: 10 });
    const calls = Promise.all(Array.from({ length: 25 }, () => fn()));
    await fake.tick(900);
    assertEquals(starts, 10);
    await fake.tick(2_000);
    assertEquals([starts, fake.pending], [25, 0]);
    await calls;
  });
}

for (const parts of DRIVEN) {
  Deno.test(`opero() lets results grow old by the fake time of a test, also within a turn: ${parts}`, async () => {
    using fake = new FakeGlobals(parts);
    let runs = 0;
    const fn = opero(() => ++runs, { cache: true, cacheTtl: "1m" });
    assertEquals([await fn(), await fn()], [1, 1]);
    fake.tickSync(59_999);
    assertEquals(await fn(), 1);
    fake.tickSync(1);
    assertEquals(await fn(), 2);
  });

  Deno.test(`opero() serves what is stale by the fake time of a test: ${parts}`, async () => {
    using fake = new FakeGlobals(parts);
    let runs = 0;
    const fn = opero(() => ++runs, { cache: true, cacheTtl: "1m", cacheStale: "1m" });
    await fn();
    await fake.tick(90_000);
    const stale = await fn.withMeta();
    assertEquals([stale.value, stale.meta.cache], [1, "stale"]);
    await fake.tick(1);
    assertEquals(await fn(), 2);
    await fake.tick(150_000);
    assertEquals(await fn(), 3);
  });

  Deno.test(`opero() goes on in the time of the runtime once a test's fake timers end: ${parts}`, async () => {
    const options: OperoOptions = { rateLimit: 20, timeout: "50ms", retries: 0 };
    const { opero } = createOpero();
    let hangs = true;
    const fn = opero(() => hangs ? new Promise<number>(() => {}) : Promise.resolve(1), options);
    {
      using fake = new FakeGlobals(parts);
      // Left behind with all that waits, as a test does that is over before its calls are: a time-out, and a turn.
      for (let call = 0; call < 3; call++) outcomeOf(fn());
      await fake.tick(20);
    }
    const startedMs = performance.now();
    assertEquals((await outcomeOf(fn())).ok, false, "it hangs, and its time-out comes");
    hangs = false;
    assertEquals(await fn(), 1);
    assert(performance.now() - startedMs < 5_000);
  });
}

Deno.test("opero() counts on through fake timers that come and go: nothing lives longer, nothing waits longer", async () => {
  const { opero } = createOpero();
  let runs = 0;
  const fn = opero(() => Promise.resolve(++runs), { cache: true, cacheTtl: "1h" });
  let starts = 0;
  const limited = opero(() => ++starts, { rateLimit: 50 });
  await Promise.all([fn(), limited(), limited()]);
  for (let round = 0; round < 3; round++) {
    // The time of fakes begins at 0, far behind that of the runtime.
    using fake = new FakeGlobals("all");
    const calls = Promise.all([limited(), limited()]);
    await fake.tick(100);
    await calls;
    await fake.tick(30 * 60_000);
    await fn();
  }
  assertEquals([runs, starts], [2, 8]);
  await limited();
  await fn();
  assertEquals([runs, starts], [2, 9]);
});

Deno.test("opero() leaves timers that were set before a test faked them to the runtime", async () => {
  const { opero } = createOpero();
  const hanging = opero(() => new Promise(() => {}), { retries: 0, timeout: "30ms" });
  // Two that share a timer of the runtime, which has to be set again for the second.
  const first = outcomeOf(hanging());
  await new Promise((resolve) => setTimeout(resolve, 10));
  const second = outcomeOf(hanging());
  using fake = new FakeGlobals("all");
  const faked = outcomeOf(hanging());
  assertEquals([(await first).ok, (await second).ok, fake.pending], [false, false, 1]);
  await fake.tick(30);
  assertEquals((await faked).ok, false);
});

Deno.test("opero() reads the fake time in the very turn in which it read that of the runtime", async () => {
  const { opero } = createOpero();
  let runs = 0;
  const fn = opero(() => ++runs, { cache: true, cacheTtl: "1m" });
  await fn();
  using fake = new FakeGlobals("all");
  await fn();
  fake.tickSync(61_000);
  await fn();
  assertEquals(runs, 2);
});

Deno.test("opero() calls a timer off where it was set, though the test's fakes have ended since", async () => {
  const { opero } = createOpero();
  const gate = Promise.withResolvers<void>();
  const fake = new FakeGlobals("all");
  const call = opero(() => gate.promise, { timeout: "1h" })();
  fake[Symbol.dispose]();
  // With the ids of fakes the runtime may know timers of its own.
  let fired = 0;
  const timers = Array.from(
    { length: 20 },
    () => new Promise<void>((resolve) => setTimeout(() => resolve(void fired++), 5)),
  );
  gate.resolve();
  await call;
  await Promise.all(timers);
  assertEquals(fired, 20);
  await until(() => fake.pending === 0);
});

Deno.test("createOpero() makes an instance under the fake timers of a test that they drive as well", async () => {
  for (const parts of DRIVEN) {
    using fake = new FakeGlobals(parts);
    const { opero } = createOpero();
    let runs = 0;
    const fn = opero(() => ++runs, { cache: true, cacheTtl: "1m" });
    await fn();
    fake.tickSync(59_999);
    assertEquals(await fn(), 1);
    fake.tickSync(1);
    assertEquals(await fn(), 2);
  }
});

Deno.test("opmap() maps in a pool, and keeps a journal, while a test fakes all timers and moves no time", async () => {
  const journal = await Deno.makeTempFile({ prefix: "opero-faked-", suffix: ".jsonl" });
  const options = { workers: 1, progress: false, retries: 0 } as const;
  await using doubled = opmap((n: number) => 2 * n, { ...options, mode: "process" });
  await using kept = opmap((n: number) => 3 * n, { ...options, journal });
  {
    using _fake = new FakeGlobals("all");
    assertEquals(await doubled([1, 2, 3, 4]), [2, 4, 6, 8]);
    assertEquals(await kept([1, 2]), [3, 6]);
  }
  assertEquals((await Deno.readTextFile(journal)).trim().split("\n").length, 3);
  await Deno.remove(journal);
});

const gated = { timeout: "1h", deadline: "1h", retries: 0 } as const;
const doors: Readonly<Record<string, (fn: () => Promise<number>) => () => Promise<number>>> = {
  "@opero/core": (fn) => opero(fn, gated),
  "@opero/core/light": (fn) => lightOpero(fn, gated),
};

for (const [door, wrap] of Object.entries(doors)) {
  Deno.test(`a call of ${door} ends after the fake timers that it began under, though those throw then`, async () => {
    const gate = Promise.withResolvers<number>();
    let call: Promise<number>;
    {
      using _fake = new FakeGlobals("date and timers");
      call = wrap(() => gate.promise)();
    }
    gate.resolve(7);
    assertEquals(await call, 7);
    // What is cleared behind the call is so in the next turns.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  });
}
