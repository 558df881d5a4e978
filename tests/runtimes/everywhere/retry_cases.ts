import { AllFailedError, isFailedResponse, isTransient, opero, TimeoutError } from "@opero/core";
import { equal, match, rejection, thrown } from "./expect.ts";
import { everywhere, fakeInstance, succeedsAt } from "./everywhere_case.ts";

const quick = { minDelay: "1ms", maxDelay: "2ms" } as const;

everywhere("opero() retries by the time of the platform", async () => equal(await opero(succeedsAt(3), quick)(), 3));

everywhere(
  "opero() makes a promise of a value that is none",
  async () => equal(await opero((n: number) => n + 1)(1), 2),
);

everywhere("opero() waits as its backoff says", async () => {
  const { opero, clock } = fakeInstance();
  const result = opero(succeedsAt(4), { jitter: "none", minDelay: "1s", backoffFactor: 2 })();
  await clock.tick("6999ms");
  equal(clock.pending, 1);
  await clock.tick("1ms");
  equal(await result, 4);
});

for (const jitter of ["full", "equal", "decorrelated"] as const) {
  everywhere(`opero() waits within the bounds of jitter "${jitter}"`, async () => {
    const { opero, clock } = fakeInstance();
    const result = opero(succeedsAt(4), { jitter, minDelay: "1s", maxDelay: "4s", backoffFactor: 2 }).withMeta();
    await clock.tick("1m");
    const { waited } = (await result).meta;
    equal([waited >= 3, waited <= 12], [true, true]);
  });
}

everywhere("opero() rejects with every attempt where all fail", async () => {
  const error = await rejection(
    opero(succeedsAt(9, new RangeError("no")), { ...quick, retries: 2 })(),
    "AllFailedError",
  );
  equal([error instanceof AllFailedError, error.code, (error.errors as unknown[]).length], [true, "ALL_FAILED", 3]);
  match(error.message, /^All 3 attempts/);
});

everywhere("the errors of opero() survive JSON and structuredClone", async () => {
  const error = await rejection(opero(succeedsAt(9), { retries: 0 })(), "AllFailedError");
  equal(JSON.parse(JSON.stringify(error)).code, "ALL_FAILED");
  equal(structuredClone(error).message, error.message);
});

everywhere("retryOn lets other errors out as they are", async () => {
  await rejection(opero(succeedsAt(2, new RangeError("no")), { ...quick, retryOn: SyntaxError })(), "RangeError");
});

everywhere("a bug is not retried by default", async () => {
  let calls = 0;
  const bug = opero(() => {
    calls++;
    return (undefined as unknown as { a: number }).a;
  }, quick);
  await rejection(bug(), "TypeError");
  equal(calls, 1);
});

everywhere("reraise rejects with the last error itself", async () => {
  await rejection(opero(succeedsAt(9, new RangeError("no")), { ...quick, retries: 1, reraise: true })(), "RangeError");
});

everywhere("isTransient() knows the failed fetch of the platform", async () => {
  const error = await fetch("http://127.0.0.1:59999/").then(() => undefined, (error) => error);
  equal(isTransient(error), true);
});

everywhere("isTransient() takes a bug for none", () => {
  equal(isTransient(thrown(() => (undefined as unknown as { a: number }).a, "TypeError")), false);
});

for (const [status, expected] of [[408, true], [429, true], [503, true], [404, false], [401, false]] as const) {
  everywhere(`isTransient() of a Response with ${status} is ${expected}`, () => {
    equal(isTransient(new Response(null, { status })), expected);
  });
}

everywhere("isTransient() knows the library's own TimeoutError, whatever a bundler did to it", async () => {
  const error = await rejection(opero(() => new Promise(() => {}), { timeout: "5ms", retries: 0 })(), "AllFailedError");
  equal([(error.cause as Error).name, isTransient(error.cause)], ["TimeoutError", true]);
  equal(error.cause instanceof TimeoutError, true);
});

everywhere("opero() waits out a Retry-After", async () => {
  const { opero, clock } = fakeInstance();
  const busy = new Response(null, { status: 503, headers: { "retry-after": "2" } });
  const result = opero(succeedsAt(2, busy), { jitter: "none", minDelay: 0 })();
  await clock.tick("1999ms");
  equal(clock.pending, 1);
  await clock.tick("1ms");
  equal(await result, 2);
});

everywhere("a Retry-After over maxRetryAfter ends the call", async () => {
  const busy = new Response(null, { status: 503, headers: { "retry-after": "3600" } });
  equal((await rejection(opero(succeedsAt(2, busy))(), "AllFailedError")).reason, "retry_after");
});

everywhere("failOn makes a failed attempt of a value", async () => {
  const answers = [new Response("no", { status: 502 }), new Response("yes")];
  const ask = opero(() => Promise.resolve(answers.shift()!), {
    ...quick,
    failOn: isFailedResponse,
    retryOn: isTransient,
  });
  equal(await (await ask()).text(), "yes");
});

everywhere("a timeout ends the attempt and aborts its signal", async () => {
  const { opero, clock } = fakeInstance();
  let signal: AbortSignal | undefined;
  const { currentCall } = await import("@opero/core");
  const result = opero(() => {
    signal = currentCall().signal;
    return new Promise(() => {});
  }, { timeout: "1s", retries: 0 })();
  const ended = rejection(result, "AllFailedError");
  await clock.tick("1s");
  equal([(await ended).message, signal!.aborted], [
    'The only attempt of "anonymous" failed: 1 × TimeoutError',
    true,
  ]);
});

everywhere("a deadline ends the call before a wait that would pass it", async () => {
  const { opero } = fakeInstance();
  const error = await rejection(
    opero(succeedsAt(9), { minDelay: "2s", deadline: "1s", jitter: "none" })(),
    "AllFailedError",
  );
  equal([error.reason, (error.errors as unknown[]).length], ["deadline", 1]);
});

everywhere("a signal ends a wait with its reason", async () => {
  const { opero, clock } = fakeInstance();
  const controller = new AbortController();
  const result = opero(succeedsAt(9), { minDelay: "1h", jitter: "none" }).with({ signal: controller.signal })();
  await clock.tick("1s");
  controller.abort(new RangeError("gone"));
  await rejection(result, "RangeError");
  equal(clock.pending, 0);
});

everywhere("AbortSignal.timeout() of the platform ends a call", async () => {
  const result = opero(() => new Promise(() => {})).with({ signal: AbortSignal.timeout(20) })();
  await rejection(result, "TimeoutError");
});

everywhere("with() bounds the retries of one call", async () => {
  const error = await rejection(opero(succeedsAt(9), quick).with({ retries: 0 })(), "AllFailedError");
  equal((error.errors as unknown[]).length, 1);
});

everywhere("fallback takes the place of the error", async () => {
  equal(await opero(succeedsAt(9), { retries: 0, fallback: "cached" as never })(), "cached");
  const own = opero(succeedsAt(9), { retries: 0, fallback: (error) => error.attempts.length });
  equal(await own(), 1);
});

everywhere("a wrong option is refused where the function is wrapped", () => {
  const error = thrown(() => opero(() => 1, { retries: -1 }), "ConfigurationError");
  match(error.message, /^Cannot wrap .* as 'retries' must be a non-negative integer/);
  thrown(() => opero(() => 1, { retrys: 3 } as object), "ConfigurationError");
});

everywhere("retryBudget bounds the retries of all calls", async () => {
  const { opero } = fakeInstance();
  const fails = opero(succeedsAt(99), { minDelay: 0, retryBudget: { ratio: 0.1, minPerSecond: 0 } });
  equal((await rejection(fails(), "AllFailedError")).reason, "budget");
});
