import { expect } from "./check.ts";
import type { LimitStore } from "../../limiter/store/limit_store.ts";
import { type CheckedLimits, expectSpare, expectWait, grant, hourly, type LimitCheck, LONG_MS } from "./limit_check.ts";

/** How long a client may take to receive a pause. */
const PATIENCE_MS = 5_000;

/** What several clients see of each other. */
export const SHARING_CHECKS: readonly LimitCheck[] = [
  { name: "is shared by its clients", run: checkShared },
  { name: "books for many at the same time, and gives no slot twice", run: checkConcurrent },
  { name: "counts the clients of a limit", run: checkClients },
  { name: "lets nothing start before the end of a pause", run: checkPause },
  { name: "lets a longer pause stay", run: checkLongerPause },
  { name: "tells all clients of a pause", run: checkWatch },
  { name: "tells all clients of a reset", run: checkWatchedReset },
  { name: "can be closed twice", run: checkClosedTwice },
];

async function checkShared({ key, open }: CheckedLimits): Promise<void> {
  const [one, other] = [await open(), await open()];
  await grant(one, [hourly(`${key}#0`)], { client: "one" });
  expectWait(
    (await grant(other, [hourly(`${key}#0`)], { client: "other" })).waitMs,
    LONG_MS,
    "the slot of another client",
  );
}

async function checkConcurrent({ key, open }: CheckedLimits): Promise<void> {
  const stores = [await open(), await open(), await open()];
  const bookings = Array.from({ length: 60 }, (_, i) => {
    return grant(stores[i % 3]!, [hourly(`${key}#0`)], { client: String(i % 3) });
  });
  const waits = (await Promise.all(bookings)).map(({ waitMs }) => Math.round(waitMs / LONG_MS)).sort((a, b) => a - b);
  expect(waits.every((wait, i) => wait === i), `each slot must be given once, and they are ${waits}`);
}

async function checkClients({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  for (const [i, client] of ["one", "two", "one", "three"].entries()) {
    const { clients } = await grant(store, [hourly(`${key}#0`, { intervalMs: 1_000 })], { client });
    const expected = [1, 2, 2, 3][i];
    expect(clients === expected, `there must be ${expected} clients, and are ${clients}`);
  }
}

async function checkPause({ key, open }: CheckedLimits): Promise<void> {
  const [one, other] = [await open(), await open()];
  const booking = [hourly(`${key}#0`, { intervalMs: 1_000, burst: 3 })];
  await one.pause(`${key}#0`, LONG_MS);
  const { waitMs, spareMs } = await grant(other, booking, { slots: 3 });
  expectWait(waitMs, LONG_MS, "a slot after a pause");
  expectSpare(spareMs, 2_000, "the spare after a pause");
  expectWait((await grant(one, booking)).waitMs, LONG_MS + 1_000, "the slot after the burst");
}

async function checkLongerPause({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  await store.pause(`${key}#0`, 2 * LONG_MS);
  await store.pause(`${key}#0`, LONG_MS);
  expectWait((await grant(store, [hourly(`${key}#0`)])).waitMs, 2 * LONG_MS, "a slot after the longer pause");
}

async function checkWatch({ key, open }: CheckedLimits): Promise<void> {
  const [one, other] = [await open(), await open()];
  await expectReceived([one, other], `${key}#0`, () => one.pause(`${key}#0`, LONG_MS), LONG_MS);
}

async function checkWatchedReset({ key, open }: CheckedLimits): Promise<void> {
  const [one, other] = [await open(), await open()];
  await grant(one, [hourly(`${key}#0`)]);
  await expectReceived([one, other], `${key}#0`, () => other.reset(`${key}#0`), 0);
}

/** Holds if all of `stores` receive what `act` does; it is done again and again, as they may take a while to be connected. */
async function expectReceived(
  stores: readonly LimitStore[],
  key: string,
  act: () => Promise<void>,
  expectedMs: number,
): Promise<void> {
  const received = stores.map((store) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const timer = setTimeout(() => reject(new Error("a client must receive it")), PATIENCE_MS);
    const stop = store.watch(key, resolve);
    return promise.finally(() => (clearTimeout(timer), stop()));
  });
  const again = setInterval(() => void act().catch(() => {}), 100);
  try {
    for (const forMs of await Promise.all(received)) expectWait(forMs, expectedMs, "what was received");
  } finally {
    clearInterval(again);
  }
}

async function checkClosedTwice({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  await grant(store, [hourly(`${key}#0`)]);
  const stop = store.watch(`${key}#0`, () => {});
  await store[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  stop();
}
