import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ConfigurationError,
  createOpero,
  currentCall,
  MapError,
  opmap,
  type ReportOptions,
  type RunReport,
} from "@opero/core";
import { reportPage } from "@opero/core/cli";
import { FakeClock } from "@opero/core/testing";
import { pretendRequestBound } from "../support/request_bound.ts";

/** Items that wait until they are told to end, and what has begun of them. */
function gatedMap(workers = 2) {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  const map = opmap(async function load(id: number) {
    begun.push(id);
    await new Promise<void>((resolve) => ends.set(id, resolve));
    return id * 10;
  }, { workers, retries: 0, progress: false });
  const end = async (...ids: number[]) => {
    for (const id of ids) ends.get(id)!();
    await turns();
  };
  return { map, begun, end };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Until what a run loads late is there. */
async function until(isMet: () => boolean): Promise<void> {
  while (!isMet()) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("run() gives what the call of the map gives when it is awaited, and what stream() gives otherwise", async () => {
  const map = opmap((id: number) => id * 10, { progress: false });
  assertEquals(await map.run([1, 2, 3]), [10, 20, 30]);
  assertEquals(await Array.fromAsync(map.run([1, 2, 3])), [10, 20, 30]);
  assertEquals(await map.run([]), []);
  const run = map.run([1, 2]);
  assertStrictEquals(await run, await run, "one list, however often it is awaited");
  const failing = opmap((id: number) => id === 2 ? Promise.reject(new Error("no")) : id, {
    retries: 0,
    progress: false,
  });
  await assertRejects(async () => await failing.run([1, 2]), MapError, "1 of 2 items");
  assertEquals(await failing.run([1, 2], { onError: "skip" }), [1]);
});

Deno.test("run() begins nothing before it is awaited or iterated over, and cannot be both", async () => {
  const calls: number[] = [];
  const map = opmap(function load(id: number) {
    calls.push(id);
    return id;
  }, { progress: false });
  const run = map.run([1]);
  assertThrows(() => run.report(), ConfigurationError, 'Cannot map "load" and report on it before it has begun');
  await turns();
  assertEquals([calls, run.stats().done], [[], 0]);
  await run;
  const twice = 'Cannot map "load" as a run that is awaited cannot be iterated over as well';
  assertThrows(() => run[Symbol.asyncIterator](), ConfigurationError, twice);
  const streamed = map.run([1]);
  assertStrictEquals(streamed[Symbol.asyncIterator](), streamed[Symbol.asyncIterator]());
  await assertRejects(
    async () => await streamed,
    ConfigurationError,
    'Cannot map "load" as a run that is iterated over cannot be awaited as well',
  );
});

Deno.test("pause() begins no more items until resume(), of a list and of a stream", async () => {
  for (const isStream of [false, true]) {
    const { map, begun, end } = gatedMap();
    const run = map.run([1, 2, 3, 4]);
    const results = isStream ? Array.fromAsync(run) : Promise.resolve(run);
    await until(() => begun.length === 2);
    run.pause();
    await end(1, 2);
    assertEquals([begun, run.stats().isPaused, run.stats().done], [[1, 2], true, 2]);
    run.resume();
    await turns();
    assertEquals([begun, run.stats().isPaused], [[1, 2, 3, 4], false]);
    await end(3, 4);
    assertEquals(await results, [10, 20, 30, 40]);
  }
});

Deno.test("pause() before the begin holds all items back", async () => {
  const map = opmap((id: number) => id, { progress: false });
  const run = map.run([1, 2]);
  run.pause();
  const results = Promise.resolve(run);
  await turns();
  assertEquals(run.stats().done, 0);
  run.resume();
  assertEquals(await results, [1, 2]);
});

Deno.test("setWorkers() begins more items at once, or lets those in flight end first", async () => {
  const { map, begun, end } = gatedMap();
  const run = map.run([1, 2, 3, 4, 5, 6]);
  const results = Promise.resolve(run);
  await until(() => begun.length === 2);
  run.setWorkers(4);
  assertEquals([begun, run.stats().workers, run.stats().active], [[1, 2, 3, 4], 4, 4]);
  run.setWorkers(1);
  await end(1, 2, 3);
  assertEquals(begun, [1, 2, 3, 4]);
  await end(4);
  assertEquals(begun, [1, 2, 3, 4, 5]);
  await end(5);
  await end(6);
  assertEquals(await results, [10, 20, 30, 40, 50, 60]);
});

Deno.test("setWorkers() refuses what is no number of workers, and more than a pool has", () => {
  const map = opmap(function load(id: number) {
    return id;
  }, { progress: false });
  const wrong = `Cannot map "load" as 'workers' must be a positive integer: received 0`;
  assertThrows(() => map.run([1]).setWorkers(0), ConfigurationError, wrong);
  const pooled = opmap((id: number) => id, { name: "load", mode: "process", workers: 2 });
  const many = `Cannot map "load" as 'workers' must be at most 2, as many as the pool has: received 3`;
  assertThrows(() => pooled.run([1]).setWorkers(3), ConfigurationError, many);
});

Deno.test("setWorkers() holds for a pool of workers, too", async () => {
  await using map = opmap((id: number) => id * 10, { mode: "process", workers: 2, progress: false });
  const run = map.run([1, 2, 3, 4], { workers: 1 });
  run.setWorkers(2);
  assertEquals(await run, [10, 20, 30, 40]);
  assertEquals(run.report().totals.ok, 4);
});

Deno.test("abort() ends a run with its reason, before it has begun and while items are in flight", async () => {
  const { map, begun } = gatedMap();
  const run = map.run([1, 2, 3]);
  const ending = assertRejects(async () => await run, Error, "enough");
  await until(() => begun.length === 2);
  run.abort(new Error("enough"));
  await ending;
  assertEquals(begun, [1, 2]);
  const before = map.run([4]);
  before.abort();
  const error = await assertRejects(async () => await before, DOMException, "The run was aborted");
  assertEquals([error.name, begun.length], ["AbortError", 2]);
  const { totals } = run.report();
  assertEquals(
    [totals.items, totals.ok, totals.failed, totals.left],
    [3, 0, 0, 3],
    "what is interrupted has not failed",
  );
});

Deno.test("stats() and report() say how a run went, in numbers of the clock of its instance", async () => {
  const clock = new FakeClock();
  const { opmap } = createOpero({ clock });
  const failures = new Map([[2, 1], [3, 9]]);
  const map = opmap(async function load(id: number) {
    await clock.sleep(100 * id);
    const left = failures.get(id) ?? 0;
    failures.set(id, left - 1);
    if (left > 0) throw Object.assign(new Error(`no item of "${id}-secret"`), { status: 503 });
    return id;
  }, { retries: 1, minDelay: 0.05, jitter: "none", workers: 3, onError: "return", version: "7" });
  const run = map.run([1, 2, 3], { progress: false });
  const results = Promise.resolve(run);
  await until(() => run.stats().active === 3);
  await clock.tick("150ms");
  assertEquals({ ...run.stats(), rate: 0, elapsed: 0, eta: 0 }, {
    done: 1,
    failed: 0,
    total: 3,
    rate: 0,
    elapsed: 0,
    eta: 0,
    active: 2,
    workers: 3,
    isPaused: false,
    retried: 0,
    cached: 0,
    journaled: 0,
    skipped: 0,
  });
  await clock.tick("10s");
  assertEquals((await results).length, 3);
  const { about, totals, attempts, errors, slowest, latency } = run.report();
  const { done, failed, retried, active } = run.stats();
  assertEquals([done, failed, retried, active], [3, 1, 2, 0]);
  assertEquals([about.task, about.version, about.options?.workers, about.options?.retries], ["load", "7", "3", "1"]);
  assert(about.startedAt! < about.endedAt!, `${about.startedAt} ${about.endedAt}`);
  assertEquals([totals.items, totals.ok, totals.failed, totals.left, totals.attempts], [3, 2, 1, 0, 5]);
  assertEquals(attempts, [1, 2]);
  assertEquals(errors.map(({ label, count }) => [label, count]), [["Error (503)", 1]]);
  assert(!JSON.stringify(run.report()).includes("secret"), "texts of errors are masked");
  assertEquals(slowest.map(({ index }) => index), [2, 1, 0]);
  assertEquals(latency.max, 0.65);
});

Deno.test("run.report() says for how long a server paused the rate limit, while it continues and after it", async () => {
  const clock = new FakeClock();
  const { opmap } = createOpero({ clock, jitter: "none" });
  let attempts = 0;
  const map = opmap((id: number) => {
    if (++attempts === 1) throw Object.assign(new Error("busy"), { status: 429, retryAfter: 40 });
    return id;
  }, { rateLimit: 10, workers: 4, progress: false });
  const run = map.run([1, 2, 3]);
  const results = run.then((values) => values);
  await until(() => attempts === 1);
  await clock.tick("20s");
  const halfWay = run.report();
  assertEquals(Math.round(pausedSeconds(halfWay)), 20);
  assert(halfWay.totals.seconds <= 21, "what is to come of the pause is no part of the run");
  await clock.tick("60s");
  assertEquals(await results, [1, 2, 3]);
  assertEquals(Math.round(pausedSeconds(run.report())), 40);
  const other = map.run([4]);
  await Promise.all([other, clock.tick("1s")]);
  assertEquals(pausedSeconds(other.report()), 0);
});

function pausedSeconds({ timeline }: RunReport): number {
  return timeline.bins.reduce((sum, { paused }) => sum + paused * timeline.binSeconds, 0);
}

Deno.test("run.report() sums what items cost: each attempt, as it turned out, by the name of the limit", async () => {
  const clock = new FakeClock();
  const { opmap } = createOpero({ clock, jitter: "none" });
  const tokens = (id: number) => id * 100;
  let attempts = 0;
  const map = opmap((id: number) => {
    const call = currentCall();
    if (++attempts === 1) throw new Error("busy");
    if (id === 2) call.settle(150);
    return id;
  }, {
    rateLimit: [{ limit: 100 }, { limit: 9_000, cost: tokens }, { limit: 9_000, per: "1m", cost: (id: number) => id }],
    workers: 1,
    progress: false,
  });
  const run = map.run([1, 2, 3]);
  await Promise.all([run, clock.tick("10s")]);
  // 100 twice, 150 in place of 200, 300; and of the limit without a name 1 twice, what was settled, 3.
  assertEquals(run.report().totals.costs, { "tokens": 650, "rateLimit[2].cost": 155 });
});

Deno.test("run.report() counts the cost of a run once that served several items", async () => {
  const clock = new FakeClock();
  const { opmap } = createOpero({ clock });
  const rateLimit = { limit: 100, cost: () => 5 };
  const map = opmap((id: number) => clock.sleep(1).then(() => id), { rateLimit, cache: true, progress: false });
  const run = map.run([1, 1, 1, 2]);
  await Promise.all([run, clock.tick("10s")]);
  assertEquals(run.report().totals.costs, { cost: 10 });
});

Deno.test("run.report({ html }) writes the page of what it resolves to, while the run continues and after it", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const html = `${directory}/run.html`;
    const { map, begun, end } = gatedMap();
    const run = map.run([1, 2, 3]);
    const results = Promise.resolve(run);
    await until(() => begun.length === 2);
    await end(1);
    const halfWay = await run.report({ html });
    assertEquals([halfWay.totals.ok, Deno.readTextFileSync(html)], [1, reportPage(halfWay)]);
    await end(2, 3);
    await results;
    const atEnd = await run.report({ html });
    assertEquals([atEnd.totals.ok, Deno.readTextFileSync(html)], [3, reportPage(atEnd)]);
    assertEquals(atEnd, run.report());
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("run.report({ html }) rejects where the file cannot be written, naming it", async () => {
  const run = opmap((id: number) => id, { progress: false }).run([1]);
  await run;
  const error = await assertRejects(() => run.report({ html: "/no/such/directory/run.html" }), Error);
  assertStringIncludes(error.message, "/no/such/directory/run.html");
});

Deno.test("run.report() refuses wrong options, a run that has not begun, and a platform without files", async () => {
  const map = opmap((id: number) => id, { name: "load", progress: false });
  const run = map.run([1]);
  const refuses = (options: unknown, message: string) =>
    assertRejects(() => run.report(options as ReportOptions), ConfigurationError, message);
  await refuses({ html: "run.html" }, 'Cannot map "load" and report on it before it has begun');
  await run;
  const needed = `Cannot map "load" and write its page as 'html' must be the path of a file: received`;
  await refuses({ html: "" }, `${needed} ""`);
  await refuses({ html: true }, `${needed} true`);
  await refuses({}, `${needed} undefined`);
  await refuses("run.html", `Cannot map "load" and write its page as 'options' must be an object: received "run.html"`);
  await refuses({ htm: "run.html" }, "as 'htm' must be a known option: received a string, did you mean 'html'?");
  using _ = pretendRequestBound();
  await refuses(
    { html: "run.html" },
    'Cannot map "load" and write its page as this runtime has no files: make the page of run.report() by reportPage() of ' +
      "@opero/core/cli",
  );
});
