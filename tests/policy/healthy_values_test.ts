import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  type AllFailedError,
  CircuitOpenError,
  createOpero,
  currentCall,
  isFailedResponse,
  opero as plainOpero,
  type OperoOptions,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { lab, rejectionOf } from "../support/lab.ts";
import { outcomeOf } from "../support/outcome.ts";
import { runs } from "../support/runs.ts";

const DEAD = new Error("dead");
const status = (code: number, more: object = {}) =>
  Object.assign(new Error(`status ${code}`), { status: code, ...more });

/** A function of a list of keys: it fails for those in `errors` with what stands there, and records all it tried. */
function keyed(options: OperoOptions, instance: object = {}) {
  const made = lab({ retries: 0, ...instance });
  const errors = new Map<string, unknown>();
  const tried: string[] = [];
  const events: unknown[] = [];
  made.events.on(
    "fallbackCooldown",
    ({ fallbackIndex, cooldown, error }) => events.push([fallbackIndex, cooldown, error]),
  );
  const use = made.opero(function use(keys: string[]): Promise<string> {
    const key = keys[0]!;
    tried.push(key);
    return errors.has(key) ? Promise.reject(errors.get(key)) : Promise.resolve(key);
  }, { argFallback: 0, ...options } as object);
  const take = () => tried.splice(0).join("");
  return { ...made, errors, use, take, told: events };
}

Deno.test("cooldown leaves a value out once it failed 3 times within 60 s, for 60 s", async () => {
  const { use, errors, take, told, clock } = keyed({ cooldown: "60s" });
  errors.set("a", DEAD);
  for (let call = 0; call < 5; call++) await use(["a", "b"]);
  assertEquals([take(), told], ["abababbb", [[0, 60, DEAD]]] as never);
  await clock.tick(59.999);
  await use(["a", "b"]);
  await clock.tick("1ms");
  errors.clear();
  await use(["a", "b"]);
  assertEquals(take(), "ba");
});

Deno.test("cooldown is that of the server, or begins at once where the value is rejected", async () => {
  const headers = new Headers({ "retry-after": "7" });
  const cases: [unknown, OperoOptions, number | undefined][] = [
    [status(401), {}, 60],
    [status(403), { cooldown: "5s" }, 5],
    [{ response: { status: 401 } }, {}, 60],
    [status(400), {}, undefined],
    [status(503), {}, undefined],
    [status(429, { headers }), {}, 7],
    [status(403, { headers }), {}, 7],
    [status(429, { headers }), { respectRetryAfter: false }, undefined],
    [status(401, { headers }), { respectRetryAfter: false }, 60],
    [status(503), { allowedFails: 1, cooldown: "2s" }, 2],
  ];
  for (const [error, options, cooldown] of cases) {
    const { use, errors, told, take, clock } = keyed({ fallbackStrategy: "ordered", ...options });
    errors.set("a", error);
    await use(["a", "b"]);
    assertEquals(told, cooldown === undefined ? [] : [[0, cooldown, error]]);
    await use(["a", "b"]);
    assertEquals(take(), cooldown === undefined ? "abab" : "abb", String(error));
    await clock.tick((cooldown ?? 0) + 1);
  }
});

Deno.test("cooldown begins for a Response that failOn refuses", async () => {
  const { opero } = lab({ retries: 0 });
  const seen: string[] = [];
  const load = opero((keys: string[]) => {
    seen.push(keys[0]!);
    return Promise.resolve(new Response(null, { status: keys[0] === "a" ? 401 : 200 }));
  }, { argFallback: 0, failOn: isFailedResponse, cooldown: "1m" });
  for (let call = 0; call < 2; call++) assertEquals((await load(["a", "b"])).status, 200);
  assertEquals(seen, ["a", "b", "b"]);
});

Deno.test("cooldown does not count what says nothing of the value: an abort, a bug, what fallbackOn leaves out", async () => {
  const cases: [unknown, OperoOptions][] = [
    [new DOMException("stop", "AbortError"), {}],
    [new ReferenceError("x is not defined"), {}],
    [status(400), { fallbackOn: (error) => (error as { status?: number }).status !== 400 }],
    [status(401), { fallbackOn: () => false }],
  ];
  for (const [error, options] of cases) {
    const { use, errors, take, told } = keyed({ cooldown: "1m", allowedFails: 1, reraise: true, ...options });
    errors.set("a", error);
    errors.set("b", error);
    // Of a list of one value, too, whose error is asked for in the same way.
    for (const list of [["a", "b"], ["b"]]) assertStrictEquals(await rejectionOf(use(list)), error);
    assertEquals([take(), told], ["ab", []] as never);
  }
});

Deno.test("cooldown asks fallbackOn of the last value too, and ends the call with what it throws", async () => {
  const thrown = new Error("predicate");
  const { use, errors } = keyed({
    cooldown: "1m",
    retries: 3,
    fallbackOn: (_error, { fallbackIndex }) => {
      if (fallbackIndex === 1) throw thrown;
      return true;
    },
  });
  errors.set("a", DEAD).set("b", DEAD);
  assertStrictEquals(await rejectionOf(use(["a", "b"])), thrown);
});

Deno.test("cooldown counts an attempt that the deadline or the timeout ends, and none that the caller aborts", async () => {
  for (const limit of [{ deadline: "1s" }, { timeout: "1s" }] as const) {
    const { opero, clock, events } = lab({ retries: 0 });
    const told: number[] = [];
    events.on("fallbackCooldown", ({ fallbackIndex }) => told.push(fallbackIndex));
    const seen: string[] = [];
    const use = opero((keys: string[]) => {
      seen.push(keys[0]!);
      return keys[0] === "a" ? new Promise<string>(() => {}) : Promise.resolve(keys[0]!);
    }, { argFallback: 0, cooldown: "1h", allowedFails: 1, ...limit });
    const controller = new AbortController();
    const aborted = rejectionOf(use.with({ signal: controller.signal })(["a", "b"]));
    controller.abort("stop");
    assertEquals([await aborted, told], ["stop", []] as never);
    const ended = outcomeOf(use(["a", "b"]));
    await clock.tick("2s");
    await ended;
    assertEquals([await use(["a", "b"]), told, seen.at(-1)], ["b", [0], "b"] as never);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("cooldown does not count an attempt that the deadline ends before it runs", async () => {
  const { opero, clock, events } = lab({ retries: 0 });
  const told: unknown[] = [];
  events.on("fallbackCooldown", ({ fallbackIndex }) => told.push(fallbackIndex));
  const options = { argFallback: 0, cooldown: "1h", allowedFails: 1, concurrency: 1 } as const;
  const use = opero((_keys: string[]) => new Promise<string>(() => {}), options);
  const controller = new AbortController();
  const running = rejectionOf(use.with({ signal: controller.signal })(["a"]));
  const waiting = rejectionOf(use.with({ deadline: "1s" })(["a", "b"]));
  await clock.tick("2s");
  await waiting;
  controller.abort("stop");
  assertEquals([await running, told], ["stop", []] as never);
});

Deno.test("cooldown begins at once for a status within the error of an inner call", async () => {
  const { opero, events } = lab({ retries: 0 });
  const told: unknown[] = [];
  events.on("fallbackCooldown", ({ cooldown }) => told.push(cooldown));
  const inner = opero(() => Promise.reject(status(401)));
  const use = opero((keys: string[]) => keys[0] === "a" ? inner() : 1, { argFallback: 0, cooldown: "1m" });
  assertEquals([await use(["a", "b"]), told], [1, [60]] as never);
});

Deno.test("fallbackStrategy learns nothing from what a layer within answers", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const seen: string[] = [];
  let answers = 1;
  const use = opero((keys: string[]) => {
    seen.push(keys[0]!);
    return clock.sleep(100);
  }, {
    argFallback: 0,
    fallbackStrategy: "least_latency",
    layers: [{
      name: "stub",
      inside: "argFallback",
      layer: (next) => (call) => answers-- > 0 ? clock.sleep(500) : next(call),
    }],
  });
  for (let call = 0; call < 3; call++) {
    const done = use(["a", "b"]);
    await clock.tick("1s");
    await done;
  }
  assertEquals(seen, ["b", "a"], "of the first nothing is known yet");
});

Deno.test("fallbackStrategy gives what stands around it the arguments of the caller, after a failure and a success", async () => {
  const { opero } = lab({ retries: 0 });
  const seen: unknown[] = [];
  const use = opero((keys: string[]) => keys[0] === "a" ? Promise.reject(DEAD) : Promise.resolve(keys[0]!), {
    argFallback: 0,
    fallbackStrategy: "ordered",
    cache: true,
    cacheIf: (_value, keys) => seen.push(keys) > 0,
    fallback: (_error, keys) => keys.join(),
  });
  assertEquals([await use(["a", "b", "c"]), await use.with({ cache: "bypass" })(["a", "a"]), seen], [
    "b",
    "a,a",
    [["a", "b", "c"]],
  ]);
});

Deno.test("fallbackStrategy cancels the body of a Response that another value follows", async () => {
  const { opero } = lab({ retries: 0 });
  const cancelled: string[] = [];
  const load = opero((keys: string[]) => {
    const body = new ReadableStream({ cancel: () => void cancelled.push(keys[0]!) });
    return Promise.resolve(new Response(body, { status: keys[0] === "a" ? 503 : 200 }));
  }, { argFallback: 0, failOn: isFailedResponse, fallbackStrategy: "ordered" });
  const { body } = await load(["a", "b"]);
  assertEquals(cancelled, ["a"]);
  await body?.cancel();
});

Deno.test("fallbackStrategy: all that tells of a value tells its index in the caller's list", async () => {
  const { opero, events } = lab({ retries: 0 });
  const [told, asked, inside]: unknown[][] = [[], [], []];
  events.on("fallback", ({ fallbackIndex }) => told!.push(fallbackIndex));
  const use = opero((keys: string[]) => {
    inside!.push([currentCall().fallbackIndex, keys.join("")]);
    return keys[0] === "c" ? Promise.resolve("c") : Promise.reject(DEAD);
  }, {
    argFallback: 0,
    fallbackStrategy: "sticky",
    fallbackOn: (_error, { fallbackIndex }) => asked!.push(fallbackIndex) > 0,
  });
  assertEquals((await use.withMeta(["a", "b", "c"])).meta.fallbackIndex, 2);
  assertEquals(await use.withMeta(["x", "c", "d"]), {
    value: "c",
    meta: { cache: "off", attempts: 1, waited: 0, fallbackIndex: 1 },
  });
  assertEquals([told, asked], [[1, 2], [0, 1]]);
  assertEquals(inside, [[0, "abc"], [1, "bc"], [2, "c"], [1, "cd"]]);
  const error = await rejectionOf(use(["y", "b"])) as AllFailedError;
  assertEquals(error.attempts.map(({ fallbackIndex }) => fallbackIndex), [0, 1]);
});

Deno.test("fallbackStrategy: each list has its own order, by the values that it holds", async () => {
  const { use, errors, take } = keyed({ fallbackStrategy: "round_robin" });
  for (const list of ["ab", "xy", "ab", "xy", "ab"]) await use([...list]);
  assertEquals(take(), "axbya");
  errors.set("a", status(401));
  for (const list of ["ab", "ca", "ac", "ab"]) await use([...list]);
  assertEquals(take(), "bcacb");
});

Deno.test("fallbackStrategy: 'least_latency' prefers the value that answers soonest", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const took: Record<string, number> = { a: 300, b: 100, c: 200 };
  const seen: string[] = [];
  const use = opero(async (keys: string[]) => {
    seen.push(keys[0]!);
    await clock.sleep(took[keys[0]!]!);
  }, { argFallback: 0, fallbackStrategy: "least_latency" });
  for (let call = 0; call < 6; call++) {
    const done = use(["a", "b", "c"]);
    await clock.tick("1s");
    await done;
  }
  assertEquals(seen.join(""), "abcbbb");
});

Deno.test("fallbackStrategy moves several parameters in step, and knows each pair by itself", async () => {
  const { opero } = lab({ retries: 0 });
  const seen: string[] = [];
  const ask = opero((apiKey: string[], model: string[]) => {
    const pair = `${apiKey[0]}${model[0]}`;
    seen.push(pair);
    return pair === "ax" ? Promise.reject(status(401)) : Promise.resolve(pair);
  }, { argFallback: ["apiKey", 1], fallbackStrategy: "ordered" });
  assertEquals([await ask(["a", "b"], ["x"]), await ask(["a", "b"], ["x"]), await ask(["a"], ["z"])], [
    "bx",
    "bx",
    "az",
  ]);
  assertEquals(seen, ["ax", "bx", "bx", "az"]);
});

Deno.test("cooldown: a round ends where a value failed that does not cool down, and the next one tries it again", async () => {
  const { use, errors, take, clock } = keyed({ cooldown: "1h" }, { retries: 2 });
  errors.set("a", status(401)).set("b", DEAD);
  const first = rejectionOf(use(["a", "b"]));
  await clock.tick("1m");
  const error = await first as AllFailedError;
  assertEquals([error.errors.length, take()], [5, "abbba"]);
});

Deno.test("cooldown waits fallbackDelay, and then takes the value that is healthy by then", async () => {
  const { use, errors, take, clock, told } = keyed({ cooldown: "1h", fallbackDelay: "2s", allowedFails: 1 });
  errors.set("a", DEAD).set("b", DEAD);
  const first = use(["a", "b", "c"]);
  await clock.tick("1s");
  const other = use(["b", "c"]);
  await clock.tick("1s");
  assertEquals([await first, take()], ["c", "abc"]);
  await clock.tick("1s");
  assertEquals([await other, take(), told.length], ["c", "c", 2]);
});

Deno.test("cooldown tries what was to come after fallbackDelay, where the value before it is well by then", async () => {
  const { use, errors, take, clock } = keyed({ cooldown: "5s", fallbackDelay: "10s", allowedFails: 1 });
  errors.set("a", DEAD).set("b", DEAD);
  const first = outcomeOf(use(["a", "b"]));
  await clock.tick("9s");
  await rejectionOf(use(["b"]));
  errors.clear();
  await clock.tick("1s");
  assertEquals([await first, take()], [{ ok: true, value: "b" }, "abb"]);
});

Deno.test("cooldown lets an open circuit of a value make way, also for one that cools down", async () => {
  const { use, errors, take, clock } = keyed({
    cooldown: "10s",
    allowedFails: 2,
    circuitBreaker: { consecutiveFailures: 1, openFor: "1m" },
  });
  errors.set("a", status(401)).set("b", DEAD);
  await rejectionOf(use(["a", "b"]));
  errors.clear();
  assertInstanceOf(await rejectionOf(use(["a", "b"])), CircuitOpenError);
  assertEquals([take(), await use(["a", "b", "c"]), take()], ["ab", "c", "c"]);
  await clock.tick("1m");
  assertEquals([await use(["a", "b"]), take()], ["a", "a"]);
});

/** The starts of the function in milliseconds, by the key that it was called with. */
async function startsOf(options: OperoOptions, calls: readonly [list: string, id: number][]) {
  const { opero, clock } = lab({ retries: 0 });
  const startedMs = clock.now();
  const starts: unknown[] = [];
  const use = opero((keys: string[], id: number) => void starts.push([keys[0], id, clock.now() - startedMs]), {
    argFallback: 0,
    rateLimit: 1,
    fallbackStrategy: "round_robin",
    ...options,
  });
  const all = Promise.all(calls.map(([list, id]) => use([...list], id)));
  await clock.tick("1h");
  await all;
  return starts;
}

Deno.test("rateLimit is that of each fallback value with fallbackStrategy, in the scopes of the function and of arguments", async () => {
  const four: [string, number][] = [["ab", 1], ["ab", 1], ["ab", 2], ["ab", 2]];
  const [one, two] = [["a", 1, 0], ["b", 1, 0]];
  assertEquals(await startsOf({}, four), [one, two, ["a", 2, 1_000], ["b", 2, 1_000]]);
  const ofArgs = { rateLimitScope: "per_args" } as const;
  assertEquals(await startsOf(ofArgs, four), [one, two, ["a", 2, 0], ["b", 2, 0]]);
  const ofKey = { ...ofArgs, rateLimitKey: () => "all" };
  assertEquals(await startsOf(ofKey, four), [one, two, ["a", 2, 1_000], ["b", 2, 1_000]]);
  assertEquals(await startsOf({ rateLimitScope: "global" }, four.slice(0, 2)), [one, ["b", 1, 1_000]]);
  const { opero } = lab({ retries: 0 });
  const use = opero(function use(keys: string[]) {
    return keys[0];
  }, { argFallback: 0, fallbackStrategy: "ordered", rateLimit: 1, rateLimitMaxWait: 0 });
  await use(["a"]);
  assertEquals(
    String(await rejectionOf(use(["a"]))),
    'RateLimitError: Cannot run "use" with the fallback value 0 within the rate limit for another 1 s',
  );
  const refusing = { rateLimitMaxWait: 0, fallbackStrategy: "ordered" } as const;
  assertEquals(await startsOf(refusing, four.slice(0, 2)), [one, two], "the next value is tried in place of a wait");
});

Deno.test("fallbackStrategy passes on as it is, once, what is no list or an empty one", async () => {
  const { opero } = lab({ retries: 0 });
  const fn = opero((keys: unknown) => Promise.resolve([keys, currentCall().fallbackIndex]), {
    argFallback: 0,
    fallbackStrategy: "round_robin",
  });
  for (const value of ["single", 5, null, []]) assertEquals(await fn(value), [value, undefined]);
});

Deno.test("fallbackStrategy shows what is in force, and nothing where no value cools down", () => {
  const fn = (_keys: string[]) => 1;
  const shown = (options: OperoOptions) => {
    const { fallbackStrategy, cooldown, allowedFails, fallbackWindow } = plainOpero(fn, options as object).options;
    return [fallbackStrategy, cooldown, allowedFails, fallbackWindow];
  };
  assertEquals(shown({ argFallback: 0 }), [undefined, undefined, undefined, undefined]);
  assertEquals(shown({ argFallback: 0, fallbackStrategy: "sticky" }), ["sticky", 60, 3, 60]);
  assertEquals(shown({ argFallback: 0, cooldown: "90s", allowedFails: 1 }), ["ordered", 90, 1, 60]);
  assertEquals(shown({ argFallback: 0, cooldown: 5, fallbackWindow: "5m" }), ["ordered", 5, 3, 300]);
  const instance = createOpero({ cooldown: "5s", allowedFails: 2 });
  assertEquals(instance.opero(fn, { argFallback: 0 }).options.allowedFails, 2);
});

Deno.test("fallbackStrategy forgets values that are not used any more, and none that cools down", async () => {
  const { use, errors, take, clock } = keyed({ fallbackStrategy: "round_robin" });
  errors.set("spent", status(429, { retryAfter: 3_600 }));
  for (const list of [["a", "b"], ["a", "b"], ["spent", "a"]]) await use(list);
  assertEquals(take(), "abspenta");
  await clock.tick("2m");
  for (let call = 0; call < 2_000; call++) await use([`key ${call}`]);
  take();
  // It would be the turn of "b", which was used before "a".
  for (const list of [["a", "b"], ["spent", "a"], ["spent", "a"]]) await use(list);
  assertEquals(take(), "aaa");
});

const plans = fc.array(
  fc.record({
    list: fc.shuffledSubarray(["a", "b", "c", "d"], { minLength: 1 }),
    beginMs: fc.nat(8_000),
    takesMs: fc.nat(900),
    ending: fc.constantFrom("value", "value", "error", "rejected", "asked", "hang", "abort"),
  }),
  { minLength: 1, maxLength: 25 },
);

Deno.test("fallbackStrategy tries no value that cools down while another does not, whatever order calls end in", async () => {
  const property = fc.asyncProperty(
    fc.constantFrom<OperoOptions["fallbackStrategy"]>("ordered", "sticky", "round_robin", "least_latency"),
    fc.scheduler(),
    plans,
    async (fallbackStrategy, scheduler, planned) => {
      const clock = new FakeClock();
      // Each call has a correlation id of its own.
      let drawn = 1;
      const { opero, events } = createOpero({
        clock,
        random: () => (drawn = drawn * 16_807 % 2_147_483_647) / 2 ** 31,
      });
      const dueMs = new Map<string, number>();
      const lists = new Map<string, string[]>();
      events.on("fallbackCooldown", ({ correlationId, fallbackIndex, cooldown }) => {
        const key = lists.get(correlationId)![fallbackIndex]!;
        dueMs.set(key, clock.now() + cooldown * 1_000);
      });
      const isCooling = (key: string) => clock.now() < (dueMs.get(key) ?? -Infinity);
      // An attempt ends after 2 s, by its timeout, and lets its value cool down for 5 s at most.
      const begunMs = new Map<string, number>();
      const isHealthy = (key: string) => clock.now() - (begunMs.get(key) ?? -Infinity) > 7_000;
      const wrong: string[] = [];
      let inFlight = 0;
      const use = opero(async (keys: string[], whole: string[], ending: string, takesMs: number): Promise<string> => {
        const { correlationId, fallbackIndex } = currentCall();
        lists.set(correlationId, whole);
        assertEquals(whole[fallbackIndex!], keys[0]);
        if (isCooling(keys[0]!) && whole.some(isHealthy)) wrong.push(`${keys[0]} of ${whole}`);
        begunMs.set(keys[0]!, clock.now());
        inFlight++;
        try {
          await clock.sleep(takesMs);
          await scheduler.schedule(Promise.resolve());
          if (ending === "error") throw DEAD;
          if (ending === "rejected") throw status(401);
          if (ending === "asked") throw status(429, { retryAfter: 3 });
          return keys[0]!;
        } finally {
          inFlight--;
        }
      }, { argFallback: 0, fallbackStrategy, cooldown: "5s", timeout: "2s", retries: 1, name: "use" });
      const outcomes = planned.map(async ({ list, beginMs, takesMs, ending }) => {
        await clock.sleep(beginMs);
        const controller = new AbortController();
        if (ending === "abort") clock.setTimer(takesMs / 2, () => controller.abort("stop"));
        const sleepMs = ending === "hang" ? 10_000 : takesMs;
        return await outcomeOf(use.with({ signal: controller.signal })(list, list, ending, sleepMs));
      });
      const settled = Promise.all(outcomes);
      for (let moment = 0; moment < 120; moment++) {
        await clock.tick("200ms");
        while (scheduler.count() > 0) await scheduler.waitOne();
      }
      await clock.tick("10m");
      while (scheduler.count() > 0) await scheduler.waitOne();
      assertEquals([(await settled).length, inFlight, clock.pending], [planned.length, 0, 0]);
      assertEquals(wrong, []);
    },
  );
  await fc.assert(property, { numRuns: runs(100) });
});
