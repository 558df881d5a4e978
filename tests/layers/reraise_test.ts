import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { AllFailedError, opmap, TimeoutError } from "@opero/core";
import { lab, rejectionOf, scripted } from "../support/lab.ts";

Deno.test("reraise rejects with what the last attempt threw, anything at all", async () => {
  for (const last of [new Error("last"), undefined, null, 0, "text"]) {
    const { opero, clock } = lab({ retries: 1 });
    const fn = opero(scripted({ error: new Error("first") }, { error: last }).run, { reraise: true });
    const rejected = rejectionOf(fn());
    await clock.tick("1s");
    assertStrictEquals(await rejected, last);
  }
});

Deno.test("reraise leaves alone the AllFailedError that the function itself threw", async () => {
  const { opero } = lab({ retries: 0 });
  const inner = opero(scripted({ error: new Error("deep") }).run);
  const outer = opero(() => inner(), { reraise: true });
  const error = await rejectionOf(outer()) as AllFailedError;
  assertInstanceOf(error, AllFailedError);
  assertEquals((error.cause as Error).message, "deep");
});

Deno.test("reraise rejects with the last error where the deadline came, which may be that of the attempt it ended", async () => {
  const { opero, clock } = lab({ retries: 9, minDelay: "1s", deadline: "1500ms" });
  const busy = new Error("busy");
  const failing = rejectionOf(opero(scripted({ error: busy }).run, { reraise: true })());
  const hanging = rejectionOf(opero(scripted("hang").run, { reraise: true })());
  await clock.tick("5s");
  assertStrictEquals(await failing, busy);
  const late = await hanging as TimeoutError;
  assertInstanceOf(late, TimeoutError);
  assertEquals(late.message, 'The deadline of "run" came after 1.5 s');
});

Deno.test("reraise gives way to a fallback and to an old value of the cache", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const failing = opero(scripted({ error: new Error("no") }).run, { reraise: true, fallback: "plan B" });
  assertEquals(await failing(), "plan B");
  const cached = opero(scripted({ value: "old" }, { error: new Error("no") }).run, {
    reraise: true,
    cache: true,
    cacheTtl: "1s",
    cacheStaleIfError: "1m",
  });
  await cached();
  await clock.tick("2s");
  assertEquals(await cached(), "old");
});

Deno.test("reraise rejects callers who share a run with the same error", async () => {
  const { opero } = lab({ retries: 0 });
  const busy = new Error("busy");
  const fn = opero(scripted({ error: busy }).run, { reraise: true, cache: true });
  assertEquals(await Promise.all([rejectionOf(fn()), rejectionOf(fn())]), [busy, busy]);
});

Deno.test("reraise holds for the items of a map", async () => {
  const busy = new Error("busy");
  const map = opmap((_n: number): number => {
    throw busy;
  }, { retries: 1, minDelay: 0, maxDelay: 0, reraise: true, progress: false, onError: "return" });
  assertEquals(await map([1, 2]), [busy, busy]);
});

Deno.test("reraise leaves the AllFailedError of a call that came to no attempt", async () => {
  const { opero } = lab();
  const fn = opero(scripted({ value: 1 }).run, { reraise: true, rateLimit: { limit: 1, per: "10s" }, deadline: "1s" });
  await fn();
  const error = await rejectionOf(fn()) as AllFailedError;
  assertInstanceOf(error, AllFailedError);
  assertEquals([error.reason, error.attempts], ["deadline", []]);
});
