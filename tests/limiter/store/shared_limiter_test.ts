import { assert, assertEquals, assertRejects } from "@std/assert";
import { createOpero, currentCall, type LimitStore, RateLimitError } from "@opero/core";
import { FakeClock, memoryLimits } from "@opero/core/testing";
import { SharedLimiter } from "../../../src/limiter/store/shared_limiter.ts";
import { mostInWindow } from "../../support/most_in_window.ts";

/** A store that can be away, whose answers take a while, and that counts what it is asked. */
class Away implements LimitStore {
  isAway = false;
  isSilent = false;
  latencyMs = 0;
  asked: string[] = [];
  readonly #store: LimitStore;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock, store: LimitStore = memoryLimits({ clock })) {
    this.#clock = clock;
    this.#store = store;
  }

  book: LimitStore["book"] = (...args) => this.#pass("book", () => this.#store.book(...args));
  pause: LimitStore["pause"] = (...args) => this.#pass("pause", () => this.#store.pause(...args));
  settle: LimitStore["settle"] = (...args) => this.#pass("settle", () => this.#store.settle(...args));
  reset: LimitStore["reset"] = (...args) => this.#pass("reset", () => this.#store.reset(...args));
  watch: LimitStore["watch"] = (...args) => this.#store.watch(...args);
  [Symbol.asyncDispose] = () => Promise.resolve();

  async #pass<R>(name: string, run: () => Promise<R>): Promise<R> {
    this.asked.push(name);
    if (this.isAway) throw new Error("away");
    while (this.isSilent) await this.#clock.sleep(10);
    if (this.latencyMs > 0) await this.#clock.sleep(this.latencyMs);
    return await run();
  }
}

/** Starts of several processes, by the clock that they share. */
class Processes {
  readonly clock = new FakeClock();
  readonly store = new Away(this.clock);
  readonly starts: number[] = [];
  readonly #beginMs = this.clock.now();

  /** A process: each call of the answer starts once, or fails. */
  process(options: object = {}, more: object = {}): () => Promise<unknown> {
    const { opero } = createOpero({ clock: this.clock, random: () => 0.5 });
    const rateLimit = { limit: 100, key: "api", store: this.store, ...options };
    return opero(() => void this.starts.push(this.nowMs), { retries: 0, rateLimit, ...more });
  }

  /** What a process keeps to the limit with. */
  limiter(): SharedLimiter {
    const limits = [{ key: "api#0", intervalMs: 10, burst: 1 }];
    return new SharedLimiter({
      store: this.store,
      limits,
      clock: this.clock,
      onFailure: "share",
      onAway() {},
      onBack() {},
    });
  }

  get nowMs(): number {
    return this.clock.now() - this.#beginMs;
  }

  /** Keeps `calls` calls of each process waiting until `ms` are over. */
  async load(processes: readonly (() => Promise<unknown>)[], calls: number, ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    const caller = async (run: () => Promise<unknown>) => {
      while (this.nowMs < untilMs) await run();
    };
    const callers = processes.flatMap((run) => Array.from({ length: calls }, () => caller(run)));
    for (let passed = 0; passed < ms + 5_000; passed += 5) await this.clock.tick(0.005);
    await Promise.all(callers);
  }
}

Deno.test("SharedLimiter keeps the rate over all processes, and shares it evenly", async () => {
  const lab = new Processes();
  lab.store.latencyMs = 2;
  const counts = [0, 0, 0, 0];
  const processes = counts.map((_, i) => {
    const run = lab.process({ limit: 1_000 });
    return async () => {
      await run();
      counts[i]!++;
    };
  });
  await lab.load(processes, 50, 3_000);
  const inTime = lab.starts.filter((ms) => ms <= 3_000).length;
  assert(Math.abs(inTime - 3_000) <= 30, `${inTime} starts in 3 s`);
  assert(mostInWindow(lab.starts, 1_000) <= 1_050, `${mostInWindow(lab.starts, 1_000)} in a second`);
  assert(Math.max(...counts) <= 1.1 * Math.min(...counts), `${counts}`);
  const { length } = lab.store.asked;
  assert(length < 1_500, `${length} questions`);
});

Deno.test("SharedLimiter asks once for all who wait", async () => {
  const lab = new Processes();
  const run = lab.process({ limit: 100_000 });
  const calls = Array.from({ length: 1_000 }, () => run());
  await lab.clock.tick("1s");
  await Promise.all(calls);
  assertEquals(lab.starts.length, 1_000);
  assert(lab.store.asked.length <= 3, `${lab.store.asked.length} questions`);
});

Deno.test("SharedLimiter spaces starts by the interval, and gives a burst at once", async () => {
  const lab = new Processes();
  const run = lab.process({ limit: 10, burst: 3 });
  const calls = Array.from({ length: 5 }, () => run());
  await lab.clock.tick("1s");
  await Promise.all(calls);
  assertEquals(lab.starts, [0, 0, 0, 100, 200]);
});

Deno.test("SharedLimiter takes costs from all limits, and settles them", async () => {
  const clock = new FakeClock();
  const store = memoryLimits({ clock });
  const { opero } = createOpero({ clock });
  const begin = clock.now();
  const starts: [number, number][] = [];
  const run = opero((cost: number, real: number | undefined) => {
    starts.push([cost, clock.now() - begin]);
    if (real !== undefined) currentCall().settle(real);
  }, {
    retries: 0,
    rateLimit: [
      { limit: 10, key: "model", store, burst: 5 },
      { limit: 100, key: "model", store, cost: (cost: number) => cost },
    ],
  });
  const calls = [run(100, 20), run(80, undefined), run(100, undefined)];
  await clock.tick("3s");
  await Promise.all(calls);
  assertEquals(starts, [[100, 0], [80, 800], [100, 1_000]]);
  await assertRejects(() => run(101, undefined), RateLimitError, "as it costs 101");
});

Deno.test("SharedLimiter gives back the slots of those who leave", async () => {
  const lab = new Processes();
  const run = lab.process({ limit: 1 });
  await lab.load([run], 1, 0);
  await run();
  const aborted = new AbortController();
  const { opero } = createOpero({ clock: lab.clock });
  const other = opero(() => {}, {
    retries: 0,
    rateLimit: { limit: 1, key: "api", store: lab.store },
    signal: aborted.signal,
  });
  const left = other();
  await lab.clock.tick("100ms");
  aborted.abort();
  await assertRejects(() => left);
  const next = run();
  await lab.clock.tick("5s");
  await next;
  assertEquals(lab.starts.at(-1)! - lab.starts.at(-2)!, 1_000);
});

Deno.test("SharedLimiter refuses a wait over rateLimitMaxWait, and burns nothing", async () => {
  const lab = new Processes();
  const [run, impatient] = [lab.process({ limit: 1 }), lab.process({ limit: 1 }, { rateLimitMaxWait: "500ms" })];
  const first = run();
  await lab.clock.tick();
  await first;
  const refused = assertRejects(() => impatient(), RateLimitError, "for another 1 s");
  await lab.clock.tick();
  const error = await refused;
  assertEquals(error.retryAfter, 1);
  const { length } = lab.store.asked;
  await assertRejects(() => impatient(), RateLimitError, "for another 1 s");
  assertEquals(lab.store.asked.length, length);
  const second = run();
  await lab.clock.tick("2s");
  await second;
  assertEquals(lab.starts, [0, 1_000]);
});

Deno.test("SharedLimiter pauses all processes, also those that hold slots", async () => {
  const lab = new Processes();
  const { opero } = createOpero({ clock: lab.clock });
  const pausing = opero(() => {}, { rateLimit: { limit: 100, key: "api", store: lab.store } });
  const run = lab.process();
  const calls = Array.from({ length: 20 }, () => run());
  await lab.clock.tick("50ms");
  const before = lab.starts.length;
  pausing.limiter!.pause("10s");
  await lab.clock.tick("9s");
  assertEquals(lab.starts.length, before);
  await lab.clock.tick("3s");
  await Promise.all(calls);
  assert(lab.starts[before]! >= 10_050, `${lab.starts[before]}`);
  const last = run();
  pausing.limiter!.pause("10s");
  await lab.clock.tick("1s");
  pausing.limiter!.reset();
  await lab.clock.tick("1s");
  await last;
});

Deno.test("SharedLimiter says why it waits: as here a server asked for it, or as another process paused it", async () => {
  const lab = new Processes();
  const [here, there] = [lab.limiter(), lab.limiter()];
  const waiting = [here, there].map((limiter) => new Promise<unknown>((resolve) => limiter.enqueue(resolve)));
  await lab.clock.tick("10ms");
  here.enqueue(() => {});
  there.enqueue(() => {});
  await lab.clock.tick();
  here.pause(10_000, "Retry-After");
  await lab.clock.tick();
  const untilMs = lab.clock.now() + 9_000;
  assertEquals([here, there].map((limiter) => limiter.waitReason(untilMs)), ["Retry-After", "paused"]);
  await lab.clock.tick("20s");
  await Promise.all(waiting);
});

for (
  const [how, set] of [
    ["fails", (store: Away, on: boolean) => store.isAway = on],
    ["is silent", (store: Away, on: boolean) => store.isSilent = on],
  ] as const
) {
  Deno.test(`SharedLimiter keeps to a share of the rate while the store ${how}`, async () => {
    const lab = new Processes();
    lab.store.latencyMs = 1;
    const processes = [1, 2, 3, 4].map(() => lab.process({ limit: 1_000 }));
    lab.clock.sleep(1_500).then(() => set(lab.store, true));
    lab.clock.sleep(3_500).then(() => set(lab.store, false));
    await lab.load(processes, 50, 6_000);
    const most = mostInWindow(lab.starts, 1_000);
    assert(most <= 1_100, `${most} in a second`);
    for (let ms = 0; ms + 1_000 <= 6_000; ms += 100) {
      const count = lab.starts.filter((start) => start >= ms && start < ms + 1_000).length;
      assert(count >= 800, `${count} in the second from ${ms} ms on`);
    }
    lab.store.asked = [];
    await lab.load(processes, 1, 100);
    assert(lab.store.asked.includes("book"));
  });
}

Deno.test(`SharedLimiter refuses where onStoreFailure is "fail", until the store is back`, async () => {
  const lab = new Processes();
  lab.store.isAway = true;
  const run = lab.process({ onStoreFailure: "fail" });
  const refused = assertRejects(() => run(), RateLimitError, "as its store does not answer");
  await lab.clock.tick();
  assertEquals(String((await refused).cause), "Error: away");
  await assertRejects(() => run(), RateLimitError, "as its store does not answer");
  lab.store.isAway = false;
  await lab.clock.tick("1s");
  const last = run();
  await lab.clock.tick("1s");
  await last;
  assertEquals(lab.starts.length, 1);
});

Deno.test(`SharedLimiter starts without a limit where onStoreFailure is "open"`, async () => {
  const lab = new Processes();
  lab.store.isAway = true;
  const run = lab.process({ limit: 1, onStoreFailure: "open" });
  const calls = Array.from({ length: 50 }, () => run());
  await lab.clock.tick();
  await Promise.all(calls);
  assertEquals(lab.starts.length, 50);
});

Deno.test("SharedLimiter says once that the store is away, and that it is back", async () => {
  const clock = new FakeClock();
  const store = new Away(clock);
  const told: string[] = [];
  const limiter = new SharedLimiter({
    store,
    limits: [{ key: "api#0", intervalMs: 100, burst: 1 }],
    onFailure: "share",
    clock,
    onAway: (error, meanwhile) => told.push(`${error}: ${meanwhile}`),
    onBack: () => told.push("back"),
  });
  const start = async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    limiter.enqueue(resolve);
    await clock.tick("1s");
    return promise;
  };
  store.isAway = true;
  await start();
  await start();
  store.isAway = false;
  await start();
  await start();
  assertEquals(told, ["Error: away: this process takes all of the rate, as it knows of no other", "back"]);
  assertEquals([limiter.waiting, limiter.isIdle, limiter.available], [0, true, 1]);
  assertEquals(clock.pending, 0);
});
