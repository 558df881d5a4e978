import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ConfigurationError, SerializationError, TimeoutError, WorkerError } from "../../src/errors.ts";
import { currentCall } from "../../src/attempt/current_call.ts";
import { transfer } from "../../src/pool/transfer.ts";
import { callFor, openPool, rejection, retryCallFor, runItem } from "../support/open_pool.ts";

/** Keeps its thread busy for `ms`. */
function busy(ms: number): number {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
  return ms;
}

Deno.test("WorkerPool.run() gives each item its own result", async () => {
  await using pool = openPool((n: number) => n * 2, { workers: 2 });
  const items = Array.from({ length: 5_000 }, (_, n) => n);
  const results = await Promise.all(items.map((n) => runItem(pool, n, n)));
  assertEquals(results, items.map((n) => n * 2));
});

Deno.test("WorkerPool.run() runs asynchronous functions, several at once where it may", async () => {
  // Each ends once all have begun: one after the other they never would.
  const meet = async (count: number) => {
    const scope = globalThis as { begun?: number };
    scope.begun = (scope.begun ?? 0) + 1;
    while (scope.begun < count) await new Promise((resolve) => setTimeout(resolve, 1));
    return count;
  };
  await using pool = openPool(meet, { workerConcurrency: 16 });
  await runItem(pool, 0);
  const results = await Promise.all(Array.from({ length: 16 }, () => runItem(pool, 17)));
  assertEquals(results, new Array(16).fill(17));
});

Deno.test("WorkerPool.run() carries undefined, null and every kind of value that can be cloned", async () => {
  await using pool = openPool((value: unknown) => value);
  const date = new Date(5);
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  for (const value of [undefined, null, 0, "", NaN, 1n, date, new Map([[1, new Set([2])]]), [[]], { a: [1] }]) {
    assertEquals(await runItem(pool, value), value);
  }
  const back = await runItem(pool, cycle) as typeof cycle;
  assert(back.self === back);
});

Deno.test("WorkerPool.run() passes all arguments of a call", async () => {
  await using pool = openPool((a: number, b: number[]) => [a, b]);
  const [one, two] = [callFor(1), callFor(2)];
  two.args = [2, [3]];
  assertEquals(await Promise.all([pool.run(one), pool.run(two)]), [[1, undefined], [2, [3]]]);
});

Deno.test("WorkerPool.run() gives the function its call", async () => {
  await using pool = openPool(() => {
    const { attempt, retry, fallbackIndex, index, correlationId } = currentCall();
    return { attempt, retry, fallbackIndex, index, correlationId };
  });
  const expected = { attempt: 2, retry: 1, fallbackIndex: 2, index: 7, correlationId: "order-17" };
  assertEquals(await pool.run(retryCallFor("item")), expected);
  const call = callFor("item", 3);
  const { correlationId } = await pool.run(call) as { correlationId: string };
  assert(/^[0-9a-f]{16}$/.test(correlationId));
  assertEquals(call.state?.correlationId, correlationId);
});

Deno.test("WorkerPool.run() gives the function its own call where many are sent in one message", async () => {
  await using pool = openPool((n: number) => [n, currentCall().index, currentCall().attempt], { chunkSize: 8 });
  const isRetry = (n: number) => n % 3 === 0;
  const items = Array.from({ length: 16 }, (_, n) => n);
  const results = await Promise.all(items.map((n) => pool.run(isRetry(n) ? retryCallFor(n) : callFor(n, 100 + n))));
  assertEquals(results, items.map((n) => isRetry(n) ? [n, 7, 2] : [n, 100 + n, 1]));
});

Deno.test("WorkerPool.run() blames for the end of a worker the item that ran, in whatever slot it was", async () => {
  for (const culprit of [1, 2, 3, 4]) {
    await using pool = openPool(async (n: number) => {
      if (n < 0) process.exit(7);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return n;
    }, { workerConcurrency: 5, maxCrashesPerItem: 1 });
    // The first slots are taken by items that have begun and wait.
    const items = [...Array.from({ length: culprit }, (_, n) => n), -1];
    const outcomes = await Promise.all(items.map((n) => runItem(pool, n).catch((error) => error.name)));
    assertEquals(outcomes, items.map((n) => n < 0 ? "WorkerError" : n));
  }
});

Deno.test("WorkerPool.run() refuses currentCall() after an await in the worker", async () => {
  await using pool = openPool(async () => {
    await null;
    return currentCall().attempt;
  });
  const error = await rejection(runItem(pool, 1));
  assertEquals(
    error.message,
    "Cannot read the current call as 'currentCall()' must be called in a worker before the first await of the " +
      "function: received a call from elsewhere",
  );
});

Deno.test("WorkerPool.run() rejects with what the function throws, its class and fields kept", async () => {
  class HttpError extends Error {}
  await using pool = openPool(
    (what: string) => {
      class HttpError extends Error {
        override name = "HttpError";
        status = 503;
      }
      if (what === "http") throw new HttpError("down", { cause: new TypeError("inner") });
      if (what === "many") throw new AggregateError([new RangeError("first"), 2], "both");
      throw what === "nothing" ? undefined : what;
    },
    { errorClasses: [HttpError] },
  );
  const error = await rejection(runItem(pool, "http"));
  assertInstanceOf(error, HttpError);
  assertEquals([error.name, error.message, (error as unknown as { status: number }).status], [
    "HttpError",
    "down",
    503,
  ]);
  assertInstanceOf(error.cause, TypeError);
  const many = await rejection(runItem(pool, "many"));
  assertInstanceOf(many, AggregateError);
  assertInstanceOf((many as AggregateError).errors[0], RangeError);
  assertEquals(await rejection(runItem(pool, "nothing")), undefined);
  assertEquals(await rejection(runItem(pool, "text")), "text");
});

Deno.test("WorkerPool.run() fails with SerializationError only the item or result that cannot be cloned", async () => {
  await using pool = openPool((value: { n: number }) => value.n === 2 ? () => "secret" : value.n);
  const items = [{ n: 0 }, { n: 1, f: () => "secret" }, { n: 2 }, { n: 3 }];
  const [first, second, third, fourth] = items.map((item) => runItem(pool, item));
  const [secondError, thirdError] = await Promise.all([rejection(second!), rejection(third!)]);
  assertEquals([await first, await fourth], [0, 3]);
  assertInstanceOf(secondError, SerializationError);
  assertEquals(secondError.message, "Cannot send an item to a worker as it holds a function");
  assertInstanceOf(thirdError, SerializationError);
  assertEquals(thirdError.message, "Cannot return a result from a worker as it holds a function");
});

Deno.test("WorkerPool.run() carries typed arrays, nested ones too, as they were", async () => {
  await using pool = openPool((value: unknown) => value);
  const big = new Float64Array(10_000).fill(1.5);
  const value = {
    big,
    list: [new Uint8Array([1, 2, 3]).subarray(1)],
    buffer: new ArrayBuffer(4),
    view: new DataView(new ArrayBuffer(2)),
  };
  const back = await runItem(pool, value) as typeof value;
  assertEquals(back, value);
  assert(back.big.buffer instanceof ArrayBuffer);
  assertEquals(big.length, 10_000);
});

Deno.test("transfer() moves buffers of items and of results", async () => {
  await using pool = openPool((bytes: Uint8Array<ArrayBuffer>) => {
    bytes[0] = 9;
    return transfer(bytes, [bytes.buffer]);
  });
  const bytes = new Uint8Array(100_000);
  const back = await runItem(pool, transfer(bytes, [bytes.buffer])) as Uint8Array;
  assertEquals([bytes.length, back.length, back[0]], [0, 100_000, 9]);
});

Deno.test("transfer() leaves nothing of what it moves where it came from, of results as of items", async () => {
  await using pool = openPool((isSecond: boolean) => {
    const kept = globalThis as { kept?: Uint8Array<ArrayBuffer> };
    if (isSecond) return kept.kept?.length;
    kept.kept = new Uint8Array(100_000);
    return transfer({ bytes: kept.kept }, [kept.kept.buffer]);
  });
  const { bytes } = await runItem(pool, false) as { bytes: Uint8Array };
  assertEquals([bytes.length, await runItem(pool, true)], [100_000, 0]);
});

Deno.test("WorkerPool.run() ends an item that loops after its timeout, and no other", async () => {
  await using pool = openPool((n: number) => {
    while (n === 1);
    return n;
  }, { timeoutMs: 200 });
  const [first, second, third] = [0, 1, 2].map((n) => runItem(pool, n));
  const error = await rejection(second!);
  assertEquals([await first, await third], [0, 2]);
  assertInstanceOf(error, TimeoutError);
  assertEquals(error.message, 'An attempt of "anonymous" took longer than 200 ms');
});

Deno.test("WorkerPool.run() counts the timeout from when an item begins", async () => {
  await using pool = openPool(busy, { timeoutMs: 400 });
  assertEquals(await Promise.all([1, 2, 3, 4].map(() => runItem(pool, 150))), [150, 150, 150, 150]);
});

Deno.test("WorkerPool.run() takes the timeout of the call before that of the pool", async () => {
  await using pool = openPool(busy, { timeoutMs: 60_000 });
  const call = retryCallFor(60_000);
  call.state!.limits = { timeoutMs: 50, deadlineMs: undefined };
  assertInstanceOf(await rejection(pool.run(call)), TimeoutError);
});

Deno.test("an attempt that is aborted before it begins never runs", async () => {
  const shared = new Int32Array(new SharedArrayBuffer(12));
  await using pool = openPool(([board, place]: [Int32Array, number]) => {
    Atomics.add(board, place, 1);
    Atomics.wait(board, 2, 0, 10_000);
  });
  const [first, second] = [callFor([shared, 0]), callFor([shared, 1])];
  const runs = [pool.run(first), pool.run(second)];
  while (Atomics.load(shared, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  second.attempt?.abort("changed my mind");
  assertEquals(await rejection(runs[1]!), "changed my mind");
  Atomics.store(shared, 2, 1);
  Atomics.notify(shared, 2);
  await runs[0];
  await runItem(pool, [shared, 0]);
  assertEquals([...shared], [2, 0, 1]);
});

Deno.test("an attempt that is aborted hears of it in currentCall().signal, and its worker stays", async () => {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  await using pool = openPool(([board, isSecond]: [Int32Array, boolean]) => {
    const { signal } = currentCall();
    Atomics.add(board, 0, 1);
    const counter = globalThis as { runs?: number };
    counter.runs = (counter.runs ?? 0) + 1;
    if (isSecond) return counter.runs;
    return new Promise((_, reject) => {
      signal.onabort = () => {
        Atomics.store(board, 1, signal.reason === "enough" ? 1 : 2);
        reject(signal.reason);
      };
    });
  });
  const call = callFor([shared, false]);
  const run = pool.run(call);
  while (Atomics.load(shared, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  call.attempt?.abort("enough");
  assertEquals(await rejection(run), "enough");
  assertEquals(await runItem(pool, [shared, true]), 2);
  assertEquals(Atomics.load(shared, 1), 1);
});

Deno.test("an attempt that does not hear that it is aborted loses its worker", async () => {
  await using pool = openPool((ms: number) => {
    const counter = globalThis as { runs?: number };
    counter.runs = (counter.runs ?? 0) + 1;
    const endMs = performance.now() + ms;
    while (performance.now() < endMs);
    return counter.runs;
  });
  assertEquals(await runItem(pool, 0), 1);
  const call = callFor(1_500);
  const run = pool.run(call);
  await new Promise((resolve) => setTimeout(resolve, 50));
  call.attempt?.abort(new DOMException("stop", "AbortError"));
  assertEquals((await rejection(run)).name, "AbortError");
  assertEquals(await runItem(pool, 0), 1);
});

Deno.test("an item that brings down its workers is given up after maxCrashesPerItem", async () => {
  await using pool = openPool((item: string) => {
    if (item === "poison") (globalThis as unknown as { process: { exit(code: number): void } }).process.exit(3);
    return item;
  });
  const call = callFor("poison");
  const first = await rejection(pool.run(call));
  assertInstanceOf(first, WorkerError);
  assertEquals(first.message, 'An item of "anonymous" ended its worker by an exit with code 3');
  assertEquals(call.state?.isFinal, undefined);
  const second = await rejection(pool.run(call));
  assertEquals(
    second.message,
    'An item of "anonymous" ended 2 workers and is not run again, the last by an exit with code 3',
  );
  assertEquals(call.state?.isFinal, true);
  assertEquals(await runItem(pool, "fine"), "fine");
});

Deno.test("chunkSize says how many items a message holds", async () => {
  // Each message arrives in a turn of its own, in which its items begin one after the other.
  const turnOf = () => {
    const scope = globalThis as { turn?: number; isTurnEnding?: boolean };
    scope.turn ??= 0;
    if (!scope.isTurnEnding) {
      scope.isTurnEnding = true;
      setTimeout(() => {
        scope.turn!++;
        scope.isTurnEnding = false;
      }, 0);
    }
    return scope.turn;
  };
  await using pool = openPool(turnOf, { chunkSize: 5 });
  assertEquals(pool.capacity, 10);
  await runItem(pool, 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const turns = await Promise.all(Array.from({ length: 5 }, () => runItem(pool, 0)));
  assertEquals(new Set(turns).size, 1);
});

Deno.test("items that wait behind a slow one go to a worker with nothing to do", async () => {
  const workerOf = (ms: number) => {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs);
    return ((globalThis as { id?: number }).id ??= Math.random());
  };
  await using pool = openPool(workerOf, { workers: 2, chunkSize: 8 });
  let warm = new Set<unknown>();
  for (let round = 0; round < 200 && warm.size < 2; round++) {
    warm = new Set(await Promise.all([30, 30, 30].map((ms) => runItem(pool, ms))));
  }
  const ids = await Promise.all(Array.from({ length: 8 }, () => runItem(pool, 100)));
  assertEquals(new Set(ids).size, 2);
});

Deno.test("WorkerPool.close() ends what runs, refuses what comes, and can be repeated", async () => {
  const pool = openPool(busy);
  const run = runItem(pool, 1_500);
  await new Promise((resolve) => setTimeout(resolve, 150));
  const closing = pool.close();
  const error = await rejection(run);
  assertInstanceOf(error, WorkerError);
  assertEquals(error.message, 'Cannot run an item of "busy" to its end as its pool was closed');
  await closing;
  await pool.close();
  const refused = await rejection(runItem(pool, 1));
  assertInstanceOf(refused, ConfigurationError);
  assertEquals(refused.message, 'Cannot run an item of "busy" as its pool is closed');
});

Deno.test("WorkerPool.run() rejects where the source of the function does not run", async () => {
  await using pool = openPool(Object.assign(() => 1, { toString: () => "ignored" }), {
    module: "data:text/javascript,throw new TypeError('broken')",
  });
  const error = await rejection(runItem(pool, 1));
  assertInstanceOf(error, WorkerError);
  assertEquals(error.message, 'Cannot start a worker for "anonymous"');
  assertInstanceOf(error.cause, TypeError);
});
