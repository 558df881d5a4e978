import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { ConfigurationError, currentCall, runAsync, SerializationError, TimeoutError, WorkerError } from "@opero/core";

const later = async (value: unknown, ms: number = 1) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return value;
};

Deno.test("runAsync() blocks until the function is done and answers its result", () => {
  const value = { date: new Date(5), bytes: new Uint8Array([1, 2]), nothing: undefined };
  assertEquals(runAsync(later, value, 20), value);
  assertEquals(runAsync(later, undefined), undefined);
});

Deno.test("runAsync() throws what the function rejects with", () => {
  const error = assertThrows(() =>
    runAsync(async () => {
      await null;
      throw new RangeError("out of it", { cause: "this" });
    })
  );
  assertInstanceOf(error, RangeError);
  assertEquals([error.message, error.cause], ["out of it", "this"]);
});

Deno.test("runAsync() gives up a function that takes longer than 'timeout'", () => {
  const error = assertThrows(() => runAsync.with({ timeout: "200ms" })(later, 1, 5_000));
  assertInstanceOf(error, TimeoutError);
  assertEquals(error.message, '"later" took longer than 200 ms');
});

Deno.test("runAsync() gives up a function that loops", () => {
  const loop = () => {
    for (;;);
  };
  assertInstanceOf(assertThrows(() => runAsync.with({ timeout: "200ms" })(loop)), TimeoutError);
});

Deno.test("runAsync() throws a WorkerError where the function ends its worker", () => {
  const exit = () => (globalThis as unknown as { process: { exit(code: number): never } }).process.exit(7);
  const error = assertThrows(() => runAsync(exit));
  assertInstanceOf(error, WorkerError);
  assertEquals(error.message, '"exit" ended its worker by an exit with code 7');
});

Deno.test("runAsync() names the kind of value that cannot travel", () => {
  const sent = assertThrows(() => runAsync(later, () => {}));
  assertInstanceOf(sent, SerializationError);
  assertEquals(sent.message, "Cannot send an argument to a worker as it holds a function");
  const answered = assertThrows(() => runAsync(() => [Symbol("s")]));
  assertInstanceOf(answered, SerializationError);
  assertEquals(answered.message, "Cannot return a result from a worker as it holds a symbol");
});

Deno.test("runAsync() refuses a function that refers to what is outside of it", () => {
  const outside = 1;
  const error = assertThrows(() =>
    runAsync(function addOutside() {
      return outside + 1;
    })
  );
  assertInstanceOf(error, ConfigurationError);
  assertEquals(
    error.message,
    'Cannot run "addOutside" as the function of a pool must refer to nothing outside of itself, or be found with ' +
      "'module: import.meta.url': received one that refers to 'outside'",
  );
});

Deno.test("runAsync() lets the function ask for its call", () => {
  assertEquals(runAsync(() => currentCall().attempt), 1);
  assertEquals(runAsync(() => currentCall().index), undefined);
});

Deno.test("runAsync() refuses what is no function", () => {
  const error = assertThrows(() => (runAsync as (fn: unknown) => unknown)("later"), ConfigurationError);
  assertEquals(error.message, `Cannot run a function to its end as 'fn' must be a function: received "later"`);
});

Deno.test("runAsync.with() refuses options it does not know", () => {
  const error = assertThrows(() => runAsync.with({ timeouts: 1 } as never));
  assertInstanceOf(error, ConfigurationError);
  assertEquals(
    error.message,
    "Cannot run a function to its end as 'timeouts' must be a known option: received a number, did you mean 'timeout'?",
  );
});
