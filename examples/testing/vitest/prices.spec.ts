import { createOpero } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pricesFrom } from "./prices.ts";

/** Fails twice, then answers. */
function downTwice() {
  return vi.fn((_article: string) => Promise.resolve(3))
    .mockRejectedValueOnce(new Error("down"))
    .mockRejectedValueOnce(new Error("down"));
}

describe("by the fake timers of vitest", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("a service that is down is asked again after one second, and after two more", async () => {
    const ask = downTwice();
    const price = pricesFrom(ask)("pen");
    await vi.advanceTimersByTimeAsync(999);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(ask).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await price).toBe(3);
  });

  test("an answer that does not come is waited for five seconds an attempt", async () => {
    const failed = expect(pricesFrom(() => new Promise(() => {}))("pen")).rejects.toThrow("3 × TimeoutError");
    await vi.advanceTimersByTimeAsync(3 * 5_000 + 1_000 + 2_000);
    await failed;
  });

  test("the service is asked twice a second", async () => {
    const ask = vi.fn((_article: string) => Promise.resolve(3));
    const priceOf = pricesFrom(ask);
    const prices = Promise.all([priceOf("pen"), priceOf("ink"), priceOf("paper")]);
    await vi.advanceTimersByTimeAsync(999);
    expect(ask).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(await prices).toEqual([3, 3, 3]);
  });

  test("a price is kept for ten minutes", async () => {
    const ask = vi.fn((_article: string) => Promise.resolve(3));
    const priceOf = pricesFrom(ask);
    await priceOf("pen");
    vi.advanceTimersByTime(10 * 60_000 - 1);
    await priceOf("pen");
    expect(ask).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
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
