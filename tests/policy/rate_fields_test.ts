import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ConfigurationError, currentCall, RateLimitError } from "@opero/core";
import { lab, rejectionOf } from "../support/lab.ts";

const PER_MINUTE = { limit: 600, per: "1m", cost: (tokens: number) => tokens } as const;

Deno.test("rateLimit takes several limits, all or nothing and in turn", async () => {
  const { opero, clock } = lab();
  const begin = clock.now();
  const starts: [number, number][] = [];
  const ask = opero((tokens: number) => void starts.push([tokens, clock.now() - begin]), {
    rateLimit: [{ limit: 60, per: "1m" }, PER_MINUTE],
    retries: 0,
  });
  const all = Promise.all([ask(10), ask(590), ask(300), ask(1)]);
  assertEquals(ask.limiter?.waiting, 3);
  await clock.tick("5m");
  await all;
  assertEquals(starts, [[10, 0], [590, 1_000], [300, 30_000], [1, 31_000]]);
});

Deno.test("rateLimit refuses at once what costs more than its burst, and says how to mend it", async () => {
  const { opero, clock } = lab();
  const ask = opero(function ask(_tokens: number) {}, {
    rateLimit: [{ limit: 5, burst: 5 }, { ...PER_MINUTE, burst: 100 }],
  });
  const error = await rejectionOf(ask(101)) as RateLimitError;
  assert(error instanceof RateLimitError);
  assertEquals(
    error.message,
    `Cannot run "ask" within the rate limit as it costs 101 and 'rateLimit[1]' lets through at most 100 at once: ` +
      `raise its 'burst', or ask for less in a call`,
  );
  assertEquals([error.retryAfter, ask.limiter?.available, clock.pending], [Infinity, 5, 0]);
  const strict = opero(function ask(_tokens: number) {}, { rateLimit: { ...PER_MINUTE, burst: 900, strict: true } });
  assertEquals(
    (await rejectionOf(strict(700)) as Error).message,
    `Cannot run "ask" within the rate limit as it costs 700 and 'rateLimit' lets through at most 600 at once: ` +
      `raise its 'limit', or ask for less in a call`,
  );
});

Deno.test("rateLimit: the next fallback value is tried where one costs too much", async () => {
  const { opero } = lab();
  const ask = opero((models: string[]) => models[0], {
    argFallback: 0,
    rateLimit: { limit: 10, cost: (models) => models[0] === "big" ? 50 : 5 },
  });
  assertEquals(await ask(["big", "small"]), "small");
});

for (const wrong of [NaN, -1, Infinity, "5", undefined, Promise.resolve(5)]) {
  Deno.test(`rateLimit: a cost of ${String(wrong)} is a wrong option, and takes no token`, async () => {
    const { opero } = lab();
    let calls = 0;
    const ask = opero(function ask() {
      calls++;
    }, { rateLimit: [{ limit: 10, cost: () => wrong as number }] });
    const error = await rejectionOf(ask()) as ConfigurationError;
    assert(error instanceof ConfigurationError);
    const start = `Cannot run "ask" as 'rateLimit[0].cost' must return a finite number of at least 0: received `;
    assertEquals([error.message.startsWith(start), calls, ask.limiter?.available], [true, 0, 10]);
  });
}

Deno.test("rateLimit: a cost that throws ends the call with what it threw", async () => {
  const { opero } = lab();
  const thrown = new Error("no tokenizer");
  const ask = opero(() => 1, {
    rateLimit: {
      limit: 10,
      cost: () => {
        throw thrown;
      },
    },
  });
  assertStrictEquals(await rejectionOf(ask()), thrown);
});

Deno.test("currentCall().settle() corrects the cost, after the function has ended, too", async () => {
  const { opero } = lab();
  let late: ((cost: number) => void) | undefined;
  const ask = opero(async (_tokens: number) => {
    const call = currentCall();
    late = (cost) => call.settle(cost);
    await Promise.resolve();
    call.settle(50);
  }, { rateLimit: [{ limit: 1_000, burst: 1_000 }, PER_MINUTE] });
  await ask(400);
  assertEquals(ask.limiter?.available, 550);
  late!(600);
  assertEquals(ask.limiter?.available, 0);
  late!(0);
  assertEquals(ask.limiter?.available, 600);
  for (const wrong of [-1, NaN, Infinity, "5"]) {
    let thrown: unknown;
    try {
      late!(wrong as number);
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof ConfigurationError);
  }
});

Deno.test("currentCall().settle() is each attempt's own, and nothing without a cost", async () => {
  const { opero, clock } = lab();
  let attempts = 0;
  const ask = opero((_tokens: number) => {
    currentCall().settle(++attempts * 10);
    if (attempts === 1) throw new Error("busy");
  }, { rateLimit: PER_MINUTE, retries: 1, minDelay: 0, maxDelay: 0 });
  const done = ask(200);
  await clock.tick();
  await done;
  assertEquals(ask.limiter?.available, 570);
  const plain = opero(() => currentCall().settle(5), { rateLimit: { limit: 5, burst: 5 } });
  await plain();
  assertEquals(plain.limiter?.available, 4);
  await opero(() => currentCall().settle(5))();
});

Deno.test("rateLimit with strict keeps any window at its limit, whatever the burst", async () => {
  const startsOf = async (strict: boolean) => {
    const { opero, clock } = lab();
    const begin = clock.now();
    const starts: number[] = [];
    const fn = opero(() => void starts.push(clock.now() - begin), { rateLimit: { limit: 4, burst: 4, strict } });
    const all = Promise.all(Array.from({ length: 6 }, () => fn()));
    await clock.tick("1m");
    await all;
    return starts;
  };
  assertEquals(await startsOf(false), [0, 0, 0, 0, 250, 500]);
  assertEquals(await startsOf(true), [0, 0, 0, 0, 1_000, 1_000]);
});

Deno.test("rateLimit with strict knows how long a call waits whose window is not the next", async () => {
  const { opero } = lab();
  const fn = opero(() => {}, {
    rateLimit: { limit: 2, burst: 2, strict: true },
    rateLimitMaxWait: "1500ms",
    retries: 0,
  });
  const calls = Array.from({ length: 4 }, () => fn());
  const error = await rejectionOf(fn()) as RateLimitError;
  assert(error instanceof RateLimitError);
  assertEquals([error.retryAfter, fn.limiter?.waiting], [2, 2]);
  fn.limiter?.reset();
  fn.limiter?.reset();
  void calls;
});

Deno.test("fn.limiter shows who waits and what is there, pauses, and is reset", async () => {
  const { opero, opmap, clock } = lab();
  const fn = opero((_n: number) => 1, { rateLimit: { limit: 10, burst: 3 } });
  assertEquals([fn.limiter?.waiting, fn.limiter?.available], [0, 3]);
  await fn(1);
  assertEquals(fn.limiter?.available, 2);
  fn.limiter?.pause("10s");
  assertEquals(fn.limiter?.available, 0);
  const call = fn(1);
  await clock.tick("9s");
  assertEquals(fn.limiter?.waiting, 1);
  fn.limiter?.reset();
  await clock.tick();
  assertEquals([await call, fn.limiter?.waiting, fn.limiter?.available], [1, 0, 2]);
  assertEquals(opero(() => 1).limiter, undefined);
  assertEquals(opmap((n: number) => n, { rateLimit: { limit: 1, burst: 7 } }).limiter?.available, 7);
  let message = "";
  try {
    fn.limiter?.pause("soon" as never);
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(
    message.startsWith(`Cannot pause the rate limit of "anonymous" as 'duration' must be a non-negative `),
    true,
  );
});

Deno.test("fn.limiter stands for all keys, those to come too", async () => {
  const { opero, clock } = lab();
  const fn = opero((key: string) => key, { rateLimit: { limit: 1, burst: 2 }, rateLimitScope: "per_args" });
  await fn("a");
  assertEquals(fn.limiter?.available, 1);
  fn.limiter?.pause("5s");
  const calls = [fn("a"), fn("b"), fn("c")];
  await clock.tick("4s");
  assertEquals(fn.limiter?.waiting, 3);
  fn.limiter?.reset();
  await clock.tick();
  assertEquals(await Promise.all(calls), ["a", "b", "c"]);
});

Deno.test('rateLimitScope "global" shares several limits, by the cost of each function', async () => {
  const { opero } = lab();
  const limits = (
    cost: (n: number) => number,
  ) => [{ limit: 100, burst: 100 }, { limit: 600, per: "1m", cost } as const];
  const one = opero((_n: number) => {}, { rateLimit: limits((n) => n), rateLimitScope: "global" });
  const two = opero((_n: number) => {}, { rateLimit: limits(() => 500), rateLimitScope: "global" });
  await one(50);
  await two(1);
  assertEquals([one.limiter?.available, two.limiter?.available], [50, 50]);
  let message = "";
  try {
    opero(function other() {}, { rateLimit: 5, rateLimitScope: "global" });
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(
    message,
    `Cannot wrap "other" as 'rateLimit' must be the same for all functions of the scope "global" (100 per 1 s, burst 100, ` +
      `and 600 per 60 s, burst 600, by cost): received "5 per 1 s, burst 1"`,
  );
});

Deno.test("a limit of which a waiting call is aborted goes to the next", async () => {
  const { opero, clock } = lab();
  const controller = new AbortController();
  const ask = opero((tokens: number) => tokens, { rateLimit: PER_MINUTE, retries: 0 });
  await ask(600);
  const first = rejectionOf(ask.with({ signal: controller.signal })(600));
  const second = ask(100);
  controller.abort("stop");
  assertEquals(await first, "stop");
  await clock.tick("10s");
  assertEquals([await second, ask.limiter?.waiting, clock.pending], [100, 0, 0]);
});
