import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AllFailedError, ConfigurationError, createOpero, type OperoOptions } from "@opero/core";
import { FakeClock, setTesting } from "@opero/core/testing";
import { lab, rejectionOf } from "../support/lab.ts";

/** How many attempts a call makes that fails throughout, and how many timers its clock has meanwhile. */
async function attemptsOf(options: OperoOptions, error: object = new Error("busy")): Promise<[number, unknown]> {
  const { opero } = lab(options);
  let runs = 0;
  const failed = await rejectionOf(
    opero((_values: string[]) => {
      runs++;
      throw error;
    })(["a", "b"]),
  );
  return [runs, failed instanceof AllFailedError && failed.reason];
}

Deno.test("setTesting({ noWait }) keeps the number of attempts and loses the waits, of a clock that stands still too", async () => {
  using _ = setTesting({ noWait: true });
  const hours = { minDelay: "1h", maxDelay: "2h" } as const;
  assertEquals(await attemptsOf({ ...hours, retries: 4 }), [5, "attempts"]);
  const busy = Object.assign(new Error("busy"), { retryAfter: 59 });
  assertEquals(await attemptsOf({ retries: 2 }, busy), [3, "attempts"]);
  assertEquals(await attemptsOf({ retries: 2, maxRetryAfter: 58 }, busy), [1, "retry_after"]);
  assertEquals(await attemptsOf({ ...hours, retries: 1, argFallback: 0, fallbackDelay: "1h" }), [4, "attempts"]);
  assertEquals(await attemptsOf({ ...hours, deadline: "30m" }), [1, "deadline"]);
});

Deno.test("setTesting({ noWait }) counts nothing as waited, and events name the delay as it would be", async () => {
  using _ = setTesting({ noWait: true });
  const { opero, events } = lab({ minDelay: 3, stats: true });
  const delays: number[] = [];
  events.on("retry", ({ delay }) => delays.push(delay));
  let runs = 0;
  const load = opero(() => ++runs < 3 ? Promise.reject(new Error("busy")) : runs);
  const { meta } = await load.withMeta();
  assertEquals([delays, meta.waited, load.stats!().waited, meta.attempts], [[3, 4.5], 0, 0, 3]);
});

Deno.test("setTesting({ noWait }) waits for the rate limit and an open circuit as ever", async () => {
  using _ = setTesting({ noWait: true });
  const { opero, clock } = lab();
  const limited = opero(() => 1, { rateLimit: 1 });
  const circuit = opero((isUp: boolean) => isUp ? "up" : Promise.reject(new Error("down")), {
    circuitBreaker: { consecutiveFailures: 1, openFor: "10s", halfOpenCalls: 1 },
    retries: 1,
  });
  await rejectionOf(circuit.with({ retries: 0 })(false));
  let done = 0;
  const all = [limited(), limited(), circuit(true)].map((call) => call.then(() => done++));
  await clock.tick("999ms");
  assertEquals(done, 1);
  await clock.tick("1ms");
  assertEquals(done, 2);
  await clock.tick("20s");
  await Promise.all(all);
});

Deno.test("setTesting() nests, and is over when it is disposed, in any order", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock, minDelay: "1h", maxDelay: "1h", retries: 1, jitter: "none" });
  const fail = opero(() => Promise.reject(new Error("no")));
  /** Whether a call waits. */
  const waits = async () => {
    const failed = rejectionOf(fail());
    await clock.tick();
    const { pending } = clock;
    await clock.tick("2h");
    await failed;
    return pending > 0;
  };
  assertEquals(await waits(), true);
  {
    using _outer = setTesting({ noWait: true });
    assertEquals(await waits(), false);
    {
      using _inner = setTesting({});
      assertEquals(await waits(), true);
    }
    assertEquals(await waits(), false);
  }
  assertEquals(await waits(), true);
  const [first, second] = [setTesting({ noWait: false }), setTesting({ noWait: true })];
  first[Symbol.dispose]();
  assertEquals(await waits(), false);
  second[Symbol.dispose]();
  second[Symbol.dispose]();
  assertEquals(await waits(), true);
});

Deno.test("setTesting({ noWait }) ends a call that was aborted with the reason of the abort", async () => {
  using _ = setTesting({ noWait: true });
  const { opero } = lab();
  const controller = new AbortController();
  let runs = 0;
  const load = opero(() => {
    if (++runs === 2) controller.abort(new RangeError("stop"));
    throw new Error("busy");
  }, { retries: 9 });
  await assertRejects(() => load.with({ signal: controller.signal })(), RangeError, "stop");
  assertEquals(runs, 2);
});

Deno.test("setTesting() refuses what it does not know", () => {
  assertThrows(
    () => setTesting({ noWait: 1 as unknown as boolean }),
    ConfigurationError,
    "Cannot set testing as 'noWait' must be true or false: received 1",
  );
});
