import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  AllFailedError,
  type AllFailedError as Failed,
  isFailedResponse,
  isTransient,
  opero as plainOpero,
  opmap,
  ResultError,
  type RetryContext,
} from "@opero/core";
import { lab, rejectionOf, scripted } from "../support/lab.ts";

Deno.test("failOn makes a failed attempt of a value, which is retried and then told of by its function", async () => {
  const { opero, clock } = lab({ retries: 1 });
  const { run, calls } = scripted({ value: "bad" }, { value: "good" });
  const fn = opero(run, { failOn: (value) => value === "bad" });
  const done = fn();
  await clock.tick("1s");
  assertEquals([await done, calls.length], ["good", 2]);

  const all = opero(async function load() {
    return await Promise.resolve("secret");
  }, { failOn: () => true });
  const rejected = rejectionOf(all());
  await clock.tick("1s");
  const error = await rejected as Failed;
  assertEquals(error.message, 'All 2 attempts of "load" failed: 2 × ResultError');
  assertInstanceOf(error.cause, ResultError);
  assertEquals((error.cause as ResultError).value, "secret");
  for (const shown of [Deno.inspect(error), JSON.stringify(error), error.summary()]) assert(!shown.includes("secret"));
});

Deno.test("failOn is asked once for each attempt that answered, with its place", async () => {
  const { opero, clock } = lab({ retries: 2 });
  const asked: unknown[] = [];
  const { run } = scripted({ value: 1 }, { error: new Error("thrown") }, { value: 3 });
  const fn = opero((..._args: unknown[]) => run(), {
    argFallback: 0,
    failOn: (value, { attempt, retry, fallbackIndex, correlationId }: RetryContext) => {
      asked.push([value, attempt, retry, fallbackIndex, typeof correlationId]);
      return value === 1;
    },
  });
  const done = fn(["a"]);
  await clock.tick("1s");
  assertEquals([await done, asked], [3, [[1, 1, 0, 0, "string"], [3, 3, 2, 0, "string"]]]);
});

Deno.test("failOn gets a context that JSON shows in full, with the id of the call", async () => {
  const { opero } = lab({ retries: 0 });
  const shown: string[] = [];
  const failOn = (_value: unknown, context: RetryContext) => {
    shown.push(JSON.stringify(context), context.correlationId);
    return false;
  };
  await opero(() => Promise.resolve(1), { failOn })();
  assertEquals(JSON.parse(shown[0]!), { attempt: 1, retry: 0, correlationId: shown[1] });
});

Deno.test("failOn is seen by retryOn, a Retry-After, the next fallback value and the fallback", async () => {
  const { opero, clock } = lab({ retries: 1 });
  const begin = clock.now();
  const busy = () => new Response(null, { status: 503, headers: { "retry-after": "20" } });
  const starts: number[] = [];
  const load = opero((_keys: string[]) => {
    starts.push(clock.now() - begin);
    return Promise.resolve(busy());
  }, {
    failOn: isFailedResponse,
    retryOn: isTransient,
    argFallback: 0,
    fallback: (error: Failed) => error.message as never,
  });
  const done = load(["a", "b"]);
  await clock.tick("1m");
  assertEquals([await done as unknown, starts], [
    'All 4 attempts of "anonymous" failed: 4 × ResultError (503)',
    [0, 0, 20_000, 20_000],
  ]);
});

Deno.test("failOn: what retryOn does not match is thrown on as a ResultError", async () => {
  const { opero } = lab();
  const fn = opero(() => Promise.resolve(new Response(null, { status: 404 })), {
    failOn: isFailedResponse,
    retryOn: isTransient,
  });
  const error = await rejectionOf(fn());
  assertInstanceOf(error, ResultError);
  assertEquals((error as ResultError).response?.status, 404);
});

Deno.test("failOn: nothing that was refused is cached", async () => {
  const { opero } = lab({ retries: 0 });
  const { run, calls } = scripted({ value: "bad" }, { value: "good" });
  const fn = opero(run, { failOn: (value) => value === "bad", cache: true });
  assertInstanceOf(await rejectionOf(fn()), AllFailedError);
  assertEquals([await fn(), await fn(), calls.length], ["good", "good", 2]);
  assertEquals(fn.cache.stats().writes, 1);
});

Deno.test("failOn that throws ends the call with what it threw, after one attempt", async () => {
  const bug = new RangeError("predicate");
  const { opero } = lab();
  const { run, calls } = scripted({ value: 1 });
  const fn = opero(run, {
    failOn: () => {
      throw bug;
    },
  });
  assertStrictEquals(await rejectionOf(fn()), bug);
  assertEquals(calls.length, 1);
});

Deno.test("failOn is not asked about what comes after the limit of time", async () => {
  const { opero, clock } = lab({ retries: 1, timeout: "1s" });
  const asked: unknown[] = [];
  let calls = 0;
  const fn = opero(async () => {
    const call = ++calls;
    await clock.sleep(call === 1 ? 1_500 : 900);
    return call;
  }, {
    failOn: (value) => {
      asked.push(value);
      throw new Error("asked too late");
    },
  });
  const rejected = rejectionOf(fn());
  await clock.tick("10s");
  await rejected;
  assertEquals(asked, [2]);
});

Deno.test("opero(fetch, { failOn: isFailedResponse, retryOn: isTransient }) is all that a user of fetch needs", async () => {
  let requests = 0;
  await using server = Deno.serve({ port: 0, onListen() {} }, () => {
    return new Response("page", { status: ++requests < 3 ? 503 : 200 });
  });
  const load: typeof fetch = plainOpero(fetch, {
    failOn: isFailedResponse,
    retryOn: isTransient,
    minDelay: 0,
    maxDelay: 0,
  });
  const response = await load(`http://127.0.0.1:${server.addr.port}/`);
  assertEquals([await response.text(), requests], ["page", 3]);
});

Deno.test("isFailedResponse() is true from status 400, of answers of other clients, too, and of nothing else", () => {
  for (const status of [400, 404, 429, 500, 599]) {
    assert(isFailedResponse(new Response(null, { status })));
    assert(isFailedResponse({ status, data: "" }));
    assert(isFailedResponse({ statusCode: status }));
  }
  for (const status of [200, 204, 304, 399]) assert(!isFailedResponse({ status }));
  const other = {
    get status() {
      throw new Error("read");
    },
  };
  for (const value of [undefined, null, "500", 500, {}, [], { status: "500" }, { status: 1_000 }, other]) {
    assert(!isFailedResponse(value));
  }
});

for (const mode of ["thread", "async", "process", "async_process"] as const) {
  Deno.test(`opmap() judges by failOn in mode ${mode}, with what the caller has`, async () => {
    const refused = new Set([4]);
    await using double = opmap(async (n: number) => await Promise.resolve(n * 2), {
      mode,
      workers: 2,
      retries: 1,
      minDelay: 0,
      progress: false,
      onError: "return",
      failOn: (value) => refused.has(value),
    });
    const [first, second, third] = await double([1, 2, 3]);
    assertEquals([first, third], [2, 6]);
    assertInstanceOf(second, AllFailedError);
    assertEquals((second as Failed).errors.map((error) => (error as ResultError).value), [4, 4]);
  });
}
