import { opero } from "@opero/core";
import { equal, rejection } from "./expect.ts";
import { everywhere, fakeInstance, sleep, succeedsAt } from "./everywhere_case.ts";

everywhere("rateLimit spaces the starts", async () => {
  const { opero, clock } = fakeInstance();
  const starts: number[] = [];
  const fn = opero(() => starts.push(clock.now()), { rateLimit: 10 });
  const calls = [1, 2, 3].map(() => fn());
  await clock.tick("200ms");
  await Promise.all(calls);
  equal(starts.map((at) => at - starts[0]!), [0, 100, 200]);
});

everywhere("rateLimit works by the time of the platform", async () => {
  const fn = opero(() => performance.now(), { rateLimit: { limit: 1, per: "30ms" } });
  const [a, b, c] = await Promise.all([fn(), fn(), fn()]) as [number, number, number];
  equal([b - a >= 27, c - b >= 27], [true, true]);
});

everywhere("rateLimitMaxWait refuses what would wait longer", async () => {
  const { opero } = fakeInstance();
  const fn = opero(() => 1, { rateLimit: 1, rateLimitMaxWait: "10ms" });
  await fn();
  equal((await rejection(fn(), "RateLimitError")).retryAfter, 1);
});

everywhere("several limits with costs are kept together", async () => {
  const { opero, clock } = fakeInstance();
  const fn = opero((cost: number) => cost, { rateLimit: [{ limit: 10, per: "1s", burst: 10, cost: (n) => n }] });
  equal(await fn(10), 10);
  const waiting = fn(5);
  await clock.tick("500ms");
  equal(await waiting, 5);
});

everywhere('rateLimitScope "per_args" has a bucket for each key', async () => {
  const { opero } = fakeInstance();
  const fn = opero((key: string) => key, { rateLimit: 1, rateLimitScope: "per_args" });
  equal(await Promise.all([fn("a"), fn("b")]), ["a", "b"]);
});

everywhere("an aborted waiter takes no token", async () => {
  const { opero, clock } = fakeInstance();
  const fn = opero(() => clock.now(), { rateLimit: 1 });
  const first = await fn();
  const controller = new AbortController();
  const gone = rejection(fn.with({ signal: controller.signal })(), "AbortError");
  const next = fn();
  controller.abort();
  await gone;
  await clock.tick("1s");
  equal(await next - first, 1_000);
});

everywhere("concurrency runs so many at once, the others in their order", async () => {
  let [running, peak] = [0, 0];
  const order: number[] = [];
  const fn = opero(async (n: number) => {
    peak = Math.max(peak, ++running);
    order.push(n);
    await sleep(5);
    running--;
  }, { concurrency: 2 });
  await Promise.all([1, 2, 3, 4, 5].map((n) => fn(n)));
  equal([peak, order], [2, [1, 2, 3, 4, 5]]);
});

everywhere("a full queue of concurrency is an OverloadError", async () => {
  const fn = opero(() => sleep(20), { concurrency: { limit: 1, maxQueue: 0 } });
  const first = fn();
  await rejection(fn(), "OverloadError");
  await first;
});

everywhere("concurrency that adapts starts from its least", async () => {
  const fn = opero((n: number) => sleep(1).then(() => n), { concurrency: { min: 1, max: 4 } });
  equal(await Promise.all([1, 2, 3, 4, 5, 6].map((n) => fn(n))), [1, 2, 3, 4, 5, 6]);
});

everywhere("a circuit breaker opens, and lets a trial through after its time", async () => {
  const { opero, clock } = fakeInstance();
  let isDown = true;
  const fn = opero(() => {
    if (isDown) throw new Error("down");
    return "up";
  }, { retries: 0, circuitBreaker: { consecutiveFailures: 2, openFor: "10s", halfOpenCalls: 1 } });
  for (let call = 0; call < 2; call++) await rejection(fn(), "AllFailedError");
  equal([fn.breaker!.state, (await rejection(fn(), "CircuitOpenError")).retryAfter], ["open", 10]);
  isDown = false;
  await clock.tick("10s");
  equal([await fn(), fn.breaker!.state], ["up", "closed"]);
});

everywhere("a hedge answers where the first attempt is slow", async () => {
  let calls = 0;
  const fn = opero(() => ++calls === 1 ? new Promise(() => {}) : Promise.resolve("second"), {
    hedge: { after: "5ms" },
  });
  equal(await fn(), "second");
});

everywhere("fn.limiter shows and pauses the limit", async () => {
  const { opero, clock } = fakeInstance();
  const fn = opero(() => 1, { rateLimit: 10 });
  equal(fn.limiter!.available, 1);
  fn.limiter!.pause("5s");
  const waiting = fn();
  await clock.tick("4999ms");
  equal(fn.limiter!.waiting, 1);
  await clock.tick("1ms");
  equal(await waiting, 1);
});

everywhere("a Retry-After pauses the limit for all callers", async () => {
  const { opero, clock } = fakeInstance();
  const busy = new Response(null, { status: 429, headers: { "retry-after": "3" } });
  const fn = opero(succeedsAt(2, busy), { rateLimit: 100, retries: 0 });
  await rejection(fn(), "AllFailedError");
  const next = fn();
  await clock.tick("2999ms");
  equal(fn.limiter!.waiting, 1);
  await clock.tick("1ms");
  equal(await next, 2);
});
