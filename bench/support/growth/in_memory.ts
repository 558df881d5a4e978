import { createOpero } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { readAll } from "../row.ts";
import { type Growing, heapBytes, nsEach, powersOfTen } from "./grown.ts";
import { longestBlockMs } from "./loop_watch.ts";

const AT_ONCE = 50;
const MANY_TURNS = 2_000;

let served = 0;
// deno-lint-ignore require-await -- stands for a function that loads something
const load = async (_key: unknown): Promise<number> => ++served;

function* numbers(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}

async function callForEach(count: number, call: (key: string) => unknown): Promise<void> {
  for (let n = 0; n < count; n++) await call(`user-${n}`);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve));
}

async function growStream(size: number) {
  await using instance = createOpero();
  const map = instance.opmap(load, { mode: "async", workers: AT_ONCE, progress: false });
  await readAll(map.stream(numbers(1_000)));
  const before = heapBytes();
  const item = await nsEach(size, () => readAll(map.stream(numbers(size))));
  return { times: { item }, bytes: Math.max(0, heapBytes() - before) / size, blocks: {} };
}

async function growKeys(size: number) {
  const clock = new FakeClock();
  await using instance = createOpero({ clock });
  const cached = instance.opero(load, { cache: true, cacheTtl: "5m", cacheBackendConfig: { maxEntries: size } });
  const before = heapBytes();
  const miss = await nsEach(size, () => callForEach(size, cached));
  const bytes = (heapBytes() - before) / size;
  const hit = await nsEach(size, () => callForEach(size, cached));
  const sweep = await longestBlockMs(async () => {
    await clock.tick("10m");
    await turns(Math.min(MANY_TURNS, 10 + size / 1_000));
  });
  await callForEach(size, cached);
  const clear = await longestBlockMs(() => cached.cache.clear());
  return { times: { miss, hit }, bytes, blocks: { sweep, clear } };
}

async function growLimiterKeys(size: number) {
  const clock = new FakeClock();
  await using instance = createOpero({ clock });
  const limited = instance.opero(load, { rateLimit: 1_000, rateLimitScope: "per_args", retries: 0 });
  const before = heapBytes();
  const first = await nsEach(size, () => callForEach(size, limited));
  const bytes = (heapBytes() - before) / size;
  await clock.tick("10m");
  const purge = await longestBlockMs(async () => {
    for (let n = 0; n < 200; n++) {
      // No key twice: nobody advances the clock for a call that waits.
      await callForEach(32, (key) => limited(`${n} ${key}`));
      await turns(1);
    }
  });
  const known = await nsEach(size, () => callForEach(size, limited));
  return { times: { "first call of a key": first, "after a purge": known }, bytes, blocks: { purge } };
}

async function growWaiting(size: number) {
  await using instance = createOpero();
  const controller = new AbortController();
  const options = { rateLimit: { limit: 1, per: "1h" }, retries: 0, signal: controller.signal } as const;
  const limited = instance.opero(load, options);
  await limited(0);
  const calls: Promise<unknown>[] = [];
  const before = heapBytes();
  const wait = await nsEach(size, () => {
    for (let n = 0; n < size; n++) calls.push(limited(n).catch(() => {}));
  });
  await turns(2);
  const bytes = (heapBytes() - before) / size;
  const abort = await nsEach(size, () => {
    controller.abort();
    return Promise.all(calls);
  });
  return { times: { "begins to wait": wait, "is aborted": abort }, bytes, blocks: {} };
}

async function growFlight(size: number) {
  await using instance = createOpero();
  const { promise, resolve } = Promise.withResolvers<number>();
  const cached = instance.opero((_key: string) => promise, { cache: true, cacheTtl: "5m", retries: 0 });
  const calls: Promise<unknown>[] = [];
  const before = heapBytes();
  const join = await nsEach(size, () => {
    for (let n = 0; n < size; n++) calls.push(cached("key"));
  });
  const bytes = (heapBytes() - before) / size;
  const finish = await nsEach(size, () => {
    resolve(1);
    return Promise.all(calls);
  });
  return { times: { joins: join, "gets its result": finish }, bytes, blocks: {} };
}

/** What grows in the memory of the process. */
export const IN_MEMORY: readonly Growing[] = [
  { title: "items streamed, 50 at once", sizes: powersOfTen(3, 7), grow: growStream },
  { title: "keys in memory", sizes: powersOfTen(2, 6), grow: growKeys },
  { title: "keys of a limiter", sizes: powersOfTen(2, 6), grow: growLimiterKeys },
  { title: "calls that wait in one limiter", sizes: powersOfTen(3, 5), grow: growWaiting },
  { title: "calls that wait for one flight", sizes: powersOfTen(2, 5), grow: growFlight },
];
