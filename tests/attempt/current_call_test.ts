import { assertEquals, assertMatch, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type CallContext, ConfigurationError, currentCall } from "@opero/core";
import { lab, rejectionOf } from "../support/lab.ts";

const OUTSIDE =
  "Cannot read the current call as 'currentCall()' must be called in a wrapped function, before its first " +
  'await or with the option context: "async": received a call from elsewhere';

Deno.test("currentCall() outside any call is an error that says where it may be called", () => {
  assertEquals(assertThrows(() => currentCall(), ConfigurationError).message, OUTSIDE);
});

Deno.test("currentCall() after an await is the same error, and context: async carries it there", async () => {
  const { opero } = lab({ retries: 0 });
  const late = async () => {
    await Promise.resolve();
    return currentCall().attempt;
  };
  const error = await rejectionOf(opero(late, { retryOn: TypeError })()) as Error;
  assertEquals(error.message, OUTSIDE);
  assertEquals(await opero(late, { context: "async" })(), 1);
});

Deno.test("currentCall() tells each attempt its number, round and fallback value", async () => {
  const { opero, clock } = lab();
  const seen: unknown[] = [];
  const ids = new Set<string>();
  const fn = opero((_keys: string[]) => {
    const { attempt, retry, fallbackIndex, index, correlationId } = currentCall();
    seen.push([attempt, retry, fallbackIndex, index]);
    ids.add(correlationId);
    return Promise.reject(new Error("busy"));
  }, { argFallback: 0, retries: 1 });
  const rejected = rejectionOf(fn(["a", "b"]));
  await clock.tick("1m");
  await rejected;
  assertEquals(seen, [[1, 0, 0, undefined], [2, 0, 1, undefined], [3, 1, 0, undefined], [4, 1, 1, undefined]]);
  assertEquals(ids.size, 1);
  assertMatch([...ids][0]!, /^[0-9a-f]{16}$/);
});

Deno.test("currentCall() is the inner call's within one, and the outer's again after it", async () => {
  const { opero } = lab({ random: Math.random });
  const inner = opero(() => Promise.resolve(currentCall().correlationId));
  const outer = opero(async () => {
    const before = currentCall();
    const inside = inner();
    assertStrictEquals(currentCall(), before);
    return [before.correlationId, await inside];
  });
  const [outerId, innerId] = await outer() as [string, string];
  assertNotEquals(outerId, innerId);
  assertThrows(() => currentCall(), ConfigurationError);
});

Deno.test("currentCall() after an await is no outer call's, though that one carries its own along", async () => {
  const { opero } = lab({ retries: 0 });
  const inner = opero(async () => {
    await Promise.resolve();
    return currentCall().attempt;
  }, { retryOn: TypeError });
  const outer = opero(async () => {
    const before = currentCall();
    const error = await rejectionOf(inner()) as Error;
    assertStrictEquals(currentCall(), before);
    return error.message;
  }, { context: "async" });
  assertEquals(await outer(), OUTSIDE);
});

Deno.test("currentCall() is gone after a function that threw at once", async () => {
  const { opero } = lab({ retries: 0 });
  await rejectionOf(
    opero(() => {
      currentCall();
      throw new Error("busy");
    })(),
  );
  assertThrows(() => currentCall(), ConfigurationError);
});

Deno.test("currentCall() with context: async keeps calls apart that run at the same time", async () => {
  const { opero, clock } = lab({ random: Math.random });
  const fn = opero(async (ms: number) => {
    await clock.sleep(ms);
    const first = currentCall();
    await clock.sleep(ms);
    return [first, currentCall()] as [CallContext, CallContext];
  }, { context: "async" });
  const both = Promise.all([fn(10), fn(15)]);
  await clock.tick("1s");
  const [[a1, a2], [b1, b2]] = await both;
  assertStrictEquals(a1, a2);
  assertStrictEquals(b1, b2);
  assertNotEquals(a1.correlationId, b1.correlationId);
});
