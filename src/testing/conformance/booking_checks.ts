import { expect } from "./check.ts";
import { type CheckedLimits, expectSpare, expectWait, grant, hourly, type LimitCheck, LONG_MS } from "./limit_check.ts";

/** What a single client sees. */
export const BOOKING_CHECKS: readonly LimitCheck[] = [
  { name: "gives the first slot at once, and the next an interval later", run: checkRate },
  { name: "books several slots at once", run: checkSlots },
  { name: "keeps fractions of a millisecond", run: checkFractions },
  { name: "gives a burst at once", run: checkBurst },
  { name: "takes tokens by their cost", run: checkCost },
  { name: "takes the tokens of all limits, or none", run: checkAllOrNothing },
  { name: "refuses a wait that is too long, and books nothing", run: checkMaxWait },
  { name: "books nothing before a given time", run: checkNotBefore },
  { name: "lets a slot be in the past for those who waited", run: checkLateness },
  { name: "takes costs known afterwards, and gives back", run: checkSettle },
  { name: "gives nothing back to a bucket that has been full", run: checkSettleOfFull },
  { name: "forgets a limit that is reset", run: checkReset },
  { name: "has keys of any text", run: checkKeys },
];

async function checkRate({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  for (const place of [0, 1, 2]) {
    const { waitMs, spareMs } = await grant(store, [hourly(`${key}#0`)]);
    expectWait(waitMs, place * LONG_MS, `slot ${place}`);
    expectSpare(spareMs, 0, `spare of slot ${place}`);
  }
}

async function checkSlots({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  await grant(store, [hourly(`${key}#0`)], { slots: 5 });
  expectWait((await grant(store, [hourly(`${key}#0`)])).waitMs, 5 * LONG_MS, "the slot after five");
}

async function checkFractions({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  const quick = hourly(`${key}#0`, { intervalMs: 0.125 });
  const slots = 8 * LONG_MS;
  await grant(store, [quick], { slots });
  expectWait((await grant(store, [quick])).waitMs, LONG_MS, "the slot after an hour of them");
}

async function checkBurst({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  const booking = hourly(`${key}#0`, { burst: 10 });
  const first = await grant(store, [booking], { slots: 4 });
  expectWait(first.waitMs, 0, "the first of a burst");
  expectSpare(first.spareMs, 9 * LONG_MS, "what a full bucket spares");
  const second = await grant(store, [booking], { slots: 6 });
  expectWait(second.waitMs, 0, "the fifth of a burst");
  expectSpare(second.spareMs, 5 * LONG_MS, "what is left to be spared");
  expectWait((await grant(store, [booking])).waitMs, LONG_MS, "the slot after a burst");
}

async function checkCost({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  const booking = (cost: number) => [hourly(`${key}#0`, { burst: 100, cost })];
  await grant(store, booking(70));
  expectWait((await grant(store, booking(0))).waitMs, 0, "what costs nothing");
  expectWait((await grant(store, booking(30))).waitMs, 0, "what is left of a bucket");
  expectWait((await grant(store, booking(2.5))).waitMs, 2.5 * LONG_MS, "the cost after it");
  const refused = await store.book(booking(101), { slots: 1, client: "a" });
  expect(
    "refused" in refused && refused.refused === "cost" && refused.index === 0,
    "a cost over the burst must be refused",
  );
}

async function checkAllOrNothing({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  const requests = hourly(`${key}#0`, { burst: 5 });
  const tokens = (cost: number) => hourly(`${key}#1`, { burst: 10, cost });
  await grant(store, [requests, tokens(10)]);
  const tooLong = await store.book([requests, tokens(1)], { slots: 1, maxWaitMs: 1_000, client: "a" });
  expect("refused" in tooLong && tooLong.refused === "wait", "the wait for tokens must be too long");
  const tooMuch = await store.book([requests, tokens(11)], { slots: 1, client: "a" });
  expect("refused" in tooMuch && tooMuch.refused === "cost" && tooMuch.index === 1, "the cost must be refused");
  const left = await grant(store, [requests], { slots: 4 });
  expectWait(left.waitMs, 0, "requests that were refused");
  expectSpare(left.spareMs, 3 * LONG_MS, "the spare of requests that were refused");
}

async function checkMaxWait({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  await grant(store, [hourly(`${key}#0`)]);
  const refused = await store.book([hourly(`${key}#0`)], { slots: 1, maxWaitMs: LONG_MS / 2, client: "a" });
  expect("refused" in refused && refused.refused === "wait", "the wait must be too long");
  expectWait(refused.waitMs, LONG_MS, "what was refused");
  const granted = await grant(store, [hourly(`${key}#0`)], { maxWaitMs: 2 * LONG_MS });
  expectWait(granted.waitMs, LONG_MS, "the slot that was refused before");
}

async function checkNotBefore({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  const { waitMs } = await grant(store, [hourly(`${key}#0`)], { notBeforeMs: LONG_MS });
  expectWait(waitMs, LONG_MS, "a slot that may not be before");
  expectWait((await grant(store, [hourly(`${key}#0`)])).waitMs, 2 * LONG_MS, "the slot after it");
}

async function checkLateness({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  expectWait((await grant(store, [hourly(`${key}#0`)], { notBeforeMs: -1_000 })).waitMs, -1_000, "a slot that is late");
  expectWait((await grant(store, [hourly(`${key}#0`)])).waitMs, LONG_MS - 1_000, "the slot after it");
}

async function checkSettle({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  const booking = [hourly(`${key}#0`, { burst: 100, cost: 50 })];
  const how = { agoMs: 0, intervalMs: LONG_MS };
  await grant(store, booking);
  await grant(store, booking);
  await store.settle(`${key}#0`, 25, how);
  expectWait((await grant(store, [hourly(`${key}#0`, { burst: 100 })])).waitMs, 26 * LONG_MS, "after tokens more");
  await store.settle(`${key}#0`, -20, how);
  expectWait((await grant(store, [hourly(`${key}#0`, { burst: 100 })])).waitMs, 7 * LONG_MS, "after tokens less");
}

async function checkSettleOfFull({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  const booking = [hourly(`${key}#0`, { burst: 2 })];
  await grant(store, booking);
  // Of tokens taken before the bucket was found to be full.
  await store.settle(`${key}#0`, -1, { agoMs: LONG_MS, intervalMs: LONG_MS });
  expectSpare((await grant(store, booking)).spareMs, 0, "the spare of what is left");
  expectWait((await grant(store, booking)).waitMs, LONG_MS, "the slot after the burst");
}

async function checkReset({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  await grant(store, [hourly(`${key}#0`)]);
  await store.pause(`${key}#0`, LONG_MS);
  await store.reset(`${key}#0`);
  expectWait((await grant(store, [hourly(`${key}#0`)])).waitMs, 0, "a slot after a reset");
}

async function checkKeys({ key, open }: CheckedLimits): Promise<void> {
  const store = await open();
  const keys = [" ", "é{}", "a:b'\"%s\n", "x".repeat(300)].map((text) => `${key}${text}#0`);
  for (const each of keys) expectWait((await grant(store, [hourly(each)])).waitMs, 0, "the first slot of a key");
  for (const each of keys) expectWait((await grant(store, [hourly(each)])).waitMs, LONG_MS, "the second slot of a key");
  for (const each of keys) await store.reset(each);
}
