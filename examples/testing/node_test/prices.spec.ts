import { createOpero } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import { pricesFrom } from "./prices.ts";

/** Fails twice, then answers. */
function downTwice() {
  const down = () => Promise.reject(new Error("down"));
  const ask = mock.fn((_article: string) => Promise.resolve(3));
  ask.mock.mockImplementationOnce(down, 0);
  ask.mock.mockImplementationOnce(down, 1);
  return ask;
}

describe("by the fake timers of sinon", () => {
  let timers: SinonFakeTimers;
  // By those two the runner itself reports, in the process that it starts for a file.
  beforeEach(() => void (timers = useFakeTimers({ toNotFake: ["nextTick", "queueMicrotask"] })));
  afterEach(() => timers.restore());

  test("a service that is down is asked again after one second, and after two more", async () => {
    const ask = downTwice();
    const price = pricesFrom(ask)("pen");
    await timers.tickAsync(999);
    assert.equal(ask.mock.callCount(), 1);
    await timers.tickAsync(1);
    assert.equal(ask.mock.callCount(), 2);
    await timers.tickAsync(2_000);
    assert.equal(await price, 3);
  });

  test("an answer that does not come is waited for five seconds an attempt", async () => {
    const failed = assert.rejects(pricesFrom(() => new Promise(() => {}))("pen"), /3 × TimeoutError/);
    await timers.tickAsync(3 * 5_000 + 1_000 + 2_000);
    await failed;
  });

  test("the service is asked twice a second", async () => {
    const ask = mock.fn((_article: string) => Promise.resolve(3));
    const priceOf = pricesFrom(ask);
    const prices = Promise.all([priceOf("pen"), priceOf("ink"), priceOf("paper")]);
    await timers.tickAsync(999);
    assert.equal(ask.mock.callCount(), 2);
    await timers.tickAsync(1);
    assert.deepEqual(await prices, [3, 3, 3]);
  });

  test("a price is kept for ten minutes", async () => {
    const ask = mock.fn((_article: string) => Promise.resolve(3));
    const priceOf = pricesFrom(ask);
    await priceOf("pen");
    timers.tick(10 * 60_000 - 1);
    await priceOf("pen");
    assert.equal(ask.mock.callCount(), 1);
    timers.tick(1);
    await priceOf("pen");
    assert.equal(ask.mock.callCount(), 2);
  });
});

describe("by the fake timers of Node", () => {
  /** `tick()` fires what is set, and does not wait for what that sets in motion: a turn before each lets it happen. */
  async function tick(...steps: number[]) {
    for (const ms of steps) {
      await new Promise((resolve) => setImmediate(resolve));
      mock.timers.tick(ms);
    }
  }

  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
  afterEach(() => mock.timers.reset());

  test("a service that is down is asked again after one second, and after two more", async () => {
    const ask = downTwice();
    const price = pricesFrom(ask)("pen");
    await tick(1_000, 2_000);
    assert.equal(await price, 3);
    assert.equal(ask.mock.callCount(), 3);
  });
});

test("by a clock of the instance: nothing global is faked", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock });
  const ask = downTwice();
  const priceOf = pricesFrom(ask, opero);
  const price = priceOf("pen");
  await clock.tick("3s");
  assert.equal(await price, 3);
  await clock.tick("10m");
  await priceOf("pen");
  assert.equal(ask.mock.callCount(), 4);
});
