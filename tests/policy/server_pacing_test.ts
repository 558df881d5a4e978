import { assert, assertEquals } from "@std/assert";
import { AllFailedError, isFailedResponse, type OperoOptions, RateLimitError } from "@opero/core";
import { lab, rejectionOf, scripted, type Step } from "../support/lab.ts";

const MANY: OperoOptions = { rateLimit: { limit: 1_000, burst: 1_000 }, retries: 0 };

function busy(headers: Record<string, string>): Step {
  return { error: Object.assign(new Error("busy"), { status: 429, headers: new Headers(headers) }) };
}

function answer(headers: Record<string, string>): Step {
  return { value: new Response(null, { headers }) };
}

/** When each call starts, in seconds, that comes a second after the one before. */
async function startsOf(options: OperoOptions, steps: readonly Step[], args: readonly unknown[] = ["a", "b", "c"]) {
  const { opero, clock } = lab();
  const { run } = scripted(...steps);
  const begin = clock.now();
  const starts: number[] = [];
  const fn = opero((...given: unknown[]) => {
    starts.push((clock.now() - begin) / 1_000);
    return run(...given);
  }, options as object);
  const outcomes: Promise<unknown>[] = [];
  for (const arg of args) {
    outcomes.push(fn(arg).then(() => "ok", (error) => error));
    await clock.tick("1s");
  }
  await clock.tick("1h");
  return { starts, outcomes: await Promise.all(outcomes) };
}

const OK: Step = { value: 1 };

const SERVERS: readonly (readonly [string, OperoOptions, readonly Step[], readonly number[]])[] = [
  ["a failure with Retry-After", MANY, [busy({ "retry-after": "10" }), OK], [0, 10, 10]],
  ["a failure with Retry-After and RateLimit-Reset", MANY, [
    busy({ "retry-after": "10", "ratelimit-reset": "50" }),
    OK,
  ], [0, 10, 10]],
  ["a failure with RateLimit-Reset", MANY, [busy({ "ratelimit-reset": "10" }), OK], [0, 10, 10]],
  ["a failure with RateLimit", MANY, [busy({ ratelimit: '"a";r=0;t=10' }), OK], [0, 10, 10]],
  ["a failure with X-RateLimit-Reset", MANY, [busy({ "x-ratelimit-reset": "10" }), OK], [0, 10, 10]],
  ["a failure for longer than maxRetryAfter", { ...MANY, maxRetryAfter: "5s" }, [busy({ "retry-after": "90" }), OK], [
    0,
    5,
    5,
  ]],
  ["a success with nothing left", MANY, [answer({ "ratelimit-remaining": "0", "ratelimit-reset": "10" }), OK], [
    0,
    10,
    10,
  ]],
  ["a success with something left", MANY, [answer({ "ratelimit-remaining": "3", "ratelimit-reset": "10" }), OK], [
    0,
    1,
    2,
  ]],
  ["a failure without a word of it", MANY, [busy({}), OK], [0, 1, 2]],
  ["serverPacing: false", { ...MANY, serverPacing: false }, [busy({ "retry-after": "10" }), OK], [0, 1, 2]],
  ["respectRetryAfter: false", { ...MANY, respectRetryAfter: false }, [busy({ "retry-after": "10" }), OK], [0, 1, 2]],
  ["no rateLimit", { retries: 0 }, [busy({ "retry-after": "10" }), OK], [0, 1, 2]],
  ["an answer that failOn refuses", { ...MANY, failOn: isFailedResponse }, [
    { value: new Response(null, { status: 429, headers: { "retry-after": "10" } }) },
    OK,
  ], [0, 10, 10]],
  ["several limits", { ...MANY, rateLimit: [{ limit: 100, burst: 100 }, { limit: 500, cost: () => 1 }] }, [
    busy({ "retry-after": "10" }),
    OK,
  ], [0, 10, 10]],
];

for (const [name, options, steps, expected] of SERVERS) {
  Deno.test(`serverPacing: ${name}`, async () => {
    assertEquals((await startsOf(options, steps)).starts, expected);
  });
}

Deno.test("serverPacing pauses the retry of the call like all others, and not twice", async () => {
  const { starts } = await startsOf({ ...MANY, retries: 1 }, [busy({ "retry-after": "10" }), OK], ["a", "b"]);
  assertEquals(starts, [0, 10, 10]);
});

Deno.test('serverPacing pauses the key alone with rateLimitScope: "per_args", a success too', async () => {
  const options: OperoOptions = { ...MANY, rateLimitScope: "per_args" };
  const steps = [busy({ "retry-after": "10" }), OK];
  assertEquals((await startsOf(options, steps, ["a", "b", "a"])).starts, [0, 1, 10]);
  const used = [answer({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "10" }), OK];
  assertEquals((await startsOf(options, used, ["a", "b", "a"])).starts, [0, 1, 10]);
});

Deno.test('serverPacing pauses all functions with rateLimitScope: "global"', async () => {
  const { opero, clock } = lab();
  const options: OperoOptions = { ...MANY, rateLimitScope: "global" };
  const failing = opero(scripted(busy({ "retry-after": "10" })).run, options);
  const other = opero(() => 1, options);
  await rejectionOf(failing());
  let isDone = false;
  const call = other().then(() => isDone = true);
  await clock.tick("9s");
  assertEquals(isDone, false);
  await clock.tick("1s");
  await call;
});

Deno.test("serverPacing: a pause over rateLimitMaxWait refuses at once who comes, and who waits", async () => {
  const { opero, clock } = lab();
  const { run } = scripted({ value: 1 }, busy({ "retry-after": "10" }), OK);
  const fn = opero(run, { rateLimit: 1, rateLimitMaxWait: "5s", retries: 0 });
  await fn();
  const [failing, waiting] = [rejectionOf(fn()), rejectionOf(fn())];
  assertEquals(fn.limiter?.waiting, 2);
  await clock.tick("1s");
  await failing;
  const refused = await waiting as RateLimitError;
  assert(refused instanceof RateLimitError);
  assertEquals(refused.retryAfter, 10);
  assertEquals(refused.message, 'Cannot run "run" within the rate limit for another 10 s');
  assert((await rejectionOf(fn())) instanceof RateLimitError);
  assertEquals([fn.limiter?.waiting, clock.pending], [0, 0]);
});

Deno.test("serverPacing tells of each pause once, and again where it becomes longer by a second or more", async () => {
  const lines: string[] = [];
  const line = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const logger = { debug: line("debug"), info: line("info"), warning: line("warning"), error: line("error") };
  const { opero, clock, events } = lab({ logger });
  const { run } = scripted(...["10", "10", "12", "5"].map((wait) => busy({ "retry-after": wait })));
  const seen: unknown[] = [], own: number[] = [];
  events.on("rateLimitPaused", (event) => seen.push(event));
  const send = opero(async function send(afterMs: number) {
    await clock.sleep(afterMs);
    return await run();
  }, MANY);
  send.events.on("rateLimitPaused", ({ pause }) => own.push(pause));
  const together = [1, 2, 3, 4].map((afterMs) => rejectionOf(send(afterMs)));
  await clock.tick("1s");
  await Promise.all(together);
  const told = (pause: number) => ({ functionName: "send", fallbackIndex: undefined, pause });
  assertEquals(seen, [told(10), told(12)]);
  send.limiter!.pause("1h");
  assertEquals([own, seen.length], [[10, 12], 2]);
  assertEquals(lines.filter((line) => line.includes("paused")), [
    "warning: the server has paused the rate limit",
    "warning: the server has paused the rate limit",
  ]);
});

Deno.test("serverPacing tells of the pause after a success, and which fallback value's limit it is", async () => {
  const used = answer({ "ratelimit-remaining": "0", "ratelimit-reset": "10" });
  for (
    const [options, expected] of [
      [MANY, [undefined, 10]],
      [{ ...MANY, rateLimitScope: "per_args" }, [undefined, 10]],
      [{ ...MANY, argFallback: 0 }, [undefined, 10]],
      [{ ...MANY, argFallback: 0, fallbackStrategy: "ordered" }, [1, 10]],
    ] as const satisfies readonly (readonly [OperoOptions, unknown])[]
  ) {
    const { opero, events } = lab();
    const seen: unknown[] = [];
    events.on("rateLimitPaused", ({ fallbackIndex, pause }) => seen.push([fallbackIndex, pause]));
    const steps = "argFallback" in options ? [busy({}), used] : [used];
    await opero(scripted(...steps).run, options as object)(["a", "b"]);
    assertEquals(seen, [expected]);
  }
});

Deno.test("serverPacing leaves the other fallback values alone while one is there to be tried", async () => {
  const options: OperoOptions = { ...MANY, argFallback: 0 };
  const keys = ["a", "b"];
  const one = await startsOf(options, [busy({ "retry-after": "10" }), OK], [keys, keys]);
  assertEquals(one.starts, [0, 0, 1]);
  const all = await startsOf(options, [busy({}), busy({ "retry-after": "10" }), OK], [keys, keys]);
  assertEquals(all.starts, [0, 0, 10]);
  const used = answer({ "ratelimit-remaining": "0", "ratelimit-reset": "10" });
  assertEquals((await startsOf(options, [busy({}), used, OK], [keys, keys])).starts, [0, 0, 10]);
});

Deno.test("serverPacing takes no refusal by a layer of its own for a word of the server", async () => {
  const options: OperoOptions = { ...MANY, circuitBreaker: { consecutiveFailures: 1, openFor: "10s" } };
  const { opero, clock } = lab();
  const fn = opero(scripted(busy({})).run, options);
  for (let i = 0; i < 2; i++) await rejectionOf(fn());
  assertEquals(fn.limiter?.available, 999);
  assertEquals(clock.pending, 0);
});

Deno.test("serverPacing: a call whose deadline comes before the end of the pause fails at once", async () => {
  const { opero } = lab();
  const fn = opero(scripted(busy({ "retry-after": "10" })).run, { ...MANY, deadline: "5s" });
  await rejectionOf(fn());
  const error = await rejectionOf(fn()) as AllFailedError;
  assert(error instanceof AllFailedError);
  assertEquals(error.reason, "deadline");
});
