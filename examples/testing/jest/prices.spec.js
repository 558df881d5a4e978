import { createOpero } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { pricesFrom } from "./prices.js";

/** Fails twice, then answers. */
function downTwice() {
  return jest.fn(() => Promise.resolve(3))
    .mockRejectedValueOnce(new Error("down"))
    .mockRejectedValueOnce(new Error("down"));
}

describe("by the fake timers of jest", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test("a service that is down is asked again after one second, and after two more", async () => {
    const ask = downTwice();
    const price = pricesFrom(ask)("pen");
    await jest.advanceTimersByTimeAsync(999);
    expect(ask).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(ask).toHaveBeenCalledTimes(2);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await price).toBe(3);
  });

  test("an answer that does not come is waited for five seconds an attempt", async () => {
    const failed = expect(pricesFrom(() => new Promise(() => {}))("pen")).rejects.toThrow("3 × TimeoutError");
    await jest.advanceTimersByTimeAsync(3 * 5_000 + 1_000 + 2_000);
    await failed;
  });

  test("the service is asked twice a second", async () => {
    const ask = jest.fn(() => Promise.resolve(3));
    const priceOf = pricesFrom(ask);
    const prices = Promise.all([priceOf("pen"), priceOf("ink"), priceOf("paper")]);
    await jest.advanceTimersByTimeAsync(999);
    expect(ask).toHaveBeenCalledTimes(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(await prices).toEqual([3, 3, 3]);
  });

  test("a price is kept for ten minutes", async () => {
    const ask = jest.fn(() => Promise.resolve(3));
    const priceOf = pricesFrom(ask);
    await priceOf("pen");
    jest.advanceTimersByTime(10 * 60_000 - 1);
    await priceOf("pen");
    expect(ask).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1);
    await priceOf("pen");
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

test("by a clock of the instance: nothing global is faked", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock });
  const ask = downTwice();
  const priceOf = pricesFrom(ask, opero);
  const price = priceOf("pen");
  await clock.tick("3s");
  expect(await price).toBe(3);
  await clock.tick("10m");
  await priceOf("pen");
  expect(ask).toHaveBeenCalledTimes(4);
});
