import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { AllFailedError } from "@opero/core";
import { lab, rejectionOf, scripted } from "../support/lab.ts";

const BUSY = new Error("busy");

function failing(fallback: unknown) {
  const { opero } = lab({ retries: 0 });
  return opero(scripted({ error: BUSY }).run, { fallback } as object);
}

Deno.test("fallback answers in place of an AllFailedError with any value that is set", async () => {
  for (const value of [null, 0, "", false, NaN, "plan B", { plan: "B" }]) assertEquals(await failing(value)(), value);
});

Deno.test("fallback that is undefined is not set", async () => {
  assertInstanceOf(await rejectionOf(failing(undefined)()), AllFailedError);
});

Deno.test("fallback that is a function gets the error, the call's arguments and its this", async () => {
  const { opero } = lab({ retries: 0 });
  const seen: unknown[] = [];
  const holder = {
    name: "holder",
    load: opero(function (this: { name: string }, _id: string, _keys: string[]): Promise<string> {
      return Promise.reject(BUSY);
    }, {
      argFallback: 1,
      fallback: function (this: unknown, error: AllFailedError, ...args: unknown[]) {
        seen.push((this as { name: string }).name, error.errors, args);
        return Promise.resolve("plan B");
      },
    }),
  };
  const keys = ["k1", "k2"];
  assertEquals(await holder.load("a", keys), "plan B");
  assertEquals(seen, ["holder", [BUSY, BUSY], ["a", keys]]);
  assertStrictEquals((seen[2] as unknown[])[1], keys);
});

Deno.test("fallback that throws or rejects fails the call with that", async () => {
  const bug = new TypeError("plan B");
  const throwing = () => {
    throw bug;
  };
  for (const fallback of [throwing, () => Promise.reject(bug)]) {
    assertStrictEquals(await rejectionOf(failing(fallback)()), bug);
  }
});

Deno.test("fallback is told as a success, with the attempts that failed", async () => {
  const { opero, events, clock } = lab({ retries: 2, minDelay: 0, maxDelay: 0 });
  const told: unknown[] = [];
  events.on("success", ({ attempts, cache }) => told.push([attempts, cache]));
  events.on("failure", () => told.push("failure"));
  const fn = opero(scripted({ error: BUSY }).run, { fallback: "plan B", cache: true });
  const calling = fn.withMeta();
  await clock.tick();
  const { meta } = await calling;
  assertEquals([meta, told], [
    { cache: "miss", attempts: 3, waited: 0, fallbackIndex: undefined },
    [[3, "miss"]],
  ]);
});

Deno.test("fallback that waits is left at once on abort", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const controller = new AbortController();
  const fn = opero(scripted({ error: BUSY }).run, { fallback: () => new Promise(() => {}), signal: controller.signal });
  const rejection = rejectionOf(fn());
  await clock.tick("1s");
  controller.abort("enough");
  assertEquals(await rejection, "enough");
});

Deno.test("fallback that is not done by the deadline is left behind: the AllFailedError comes out", async () => {
  const { opero, clock } = lab({ retries: 0, deadline: "10s" });
  const fn = opero(scripted({ error: BUSY }).run, { fallback: () => new Promise(() => {}) });
  const rejection = rejectionOf(fn());
  await clock.tick("9s");
  await clock.tick("1s");
  const error = await rejection as AllFailedError;
  assertInstanceOf(error, AllFailedError);
  assertEquals([error.reason, clock.pending], ["attempts", 0]);
});

Deno.test("fallback has a second where the deadline has come, and no limit without a deadline", async () => {
  const begin = async (options: object, answerMs: number) => {
    const { opero, clock } = lab({ retries: 0 });
    const fn = opero(scripted("hang", { error: BUSY }).run, {
      ...options,
      fallback: async () => {
        await clock.sleep(answerMs);
        return "plan B";
      },
    });
    const outcome = fn().then((value) => value, (error) => (error as AllFailedError).reason);
    await clock.tick("1h");
    return await outcome;
  };
  assertEquals(await begin({ deadline: "2s" }, 900), "plan B");
  assertEquals(await begin({ deadline: "2s" }, 1_100), "deadline");
  assertEquals(await begin({ timeout: "2s" }, 600_000), "plan B");
});

Deno.test("fallback that is left behind may reject later: nobody hears of it", async () => {
  const { opero, clock } = lab({ retries: 0, deadline: "1s" });
  const fn = opero(scripted({ error: BUSY }).run, {
    fallback: async () => {
      await clock.sleep(5_000);
      throw new Error("late");
    },
  });
  const rejection = rejectionOf(fn());
  await clock.tick("10s");
  assertInstanceOf(await rejection, AllFailedError);
});

Deno.test("fallback is bounded by the deadline of one call, and by that of a shared run", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const fallback = () => new Promise(() => {});
  const own = opero(scripted({ error: BUSY }).run, { fallback });
  const shared = opero(scripted({ error: BUSY }).run, { fallback, cache: true, deadline: "3s" });
  const all = Promise.all([own.with({ deadline: "3s" })(), shared(), shared()].map(rejectionOf));
  await clock.tick("3s");
  for (const error of await all) assertInstanceOf(error, AllFailedError);
});
