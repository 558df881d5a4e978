import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  type AllFailedError,
  createOpero,
  generateCorrelationId,
  getCorrelationId,
  withCorrelationId,
} from "@opero/core";

Deno.test("withCorrelationId() holds through awaits, nests, and ends", async () => {
  const seen = await withCorrelationId("outer", async () => {
    await Promise.resolve();
    const inner = await withCorrelationId("inner", () => Promise.resolve().then(getCorrelationId));
    return [inner, getCorrelationId()];
  });
  assertEquals(seen, ["inner", "outer"]);
  assertEquals(getCorrelationId(), undefined);
});

Deno.test("withCorrelationId() answers what the function answers, and throws what it throws", () => {
  assertEquals(withCorrelationId("id", () => 5), 5);
  let thrown: unknown;
  try {
    withCorrelationId("id", () => {
      throw undefined;
    });
  } catch (error) {
    thrown = [error];
  }
  assertEquals(thrown, [undefined]);
});

Deno.test("generateCorrelationId() makes 16 hexadecimal digits of the random numbers it is given", () => {
  assertEquals(generateCorrelationId(() => 0), "0000000000000000");
  assertEquals(generateCorrelationId(() => 1 - 2 ** -53), "ffffffffffffffff");
  assertEquals(generateCorrelationId(() => 0.5), "8000000080000000");
  assertMatch(generateCorrelationId(), /^[0-9a-f]{16}$/);
  assertNotEquals(generateCorrelationId(), generateCorrelationId());
});

Deno.test("withCorrelationId() gives the errors and events of the calls in it its id", async () => {
  const { opero, events } = createOpero();
  const ids: string[] = [];
  events.on("retry", ({ correlationId }) => ids.push(correlationId));
  const failing = opero(() => {
    throw new Error("no");
  }, { retries: 1, minDelay: 0, maxDelay: 0 });
  const error = await withCorrelationId("order-17", () => failing().catch((error) => error));
  assertEquals([(error as AllFailedError).correlationId, ...ids], ["order-17", "order-17"]);
});
