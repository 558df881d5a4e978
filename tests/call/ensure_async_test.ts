import { assertEquals, assertRejects } from "@std/assert";
import { ensureAsync, isAsyncFunction, opero } from "@opero/core";

Deno.test("ensureAsync() turns what is thrown into a rejection and keeps this, name and length", async () => {
  const holder = {
    factor: 2,
    scale: ensureAsync(function scale(this: { factor: number }, n: number, _unused: string) {
      if (n < 0) throw new RangeError("negative");
      return n * this.factor;
    }),
  };
  assertEquals(await holder.scale(4, ""), 8);
  await assertRejects(() => holder.scale(-1, ""), RangeError, "negative");
  assertEquals([holder.scale.name, holder.scale.length], ["scale", 2]);
});

Deno.test("isAsyncFunction() knows async functions and what this library wraps", () => {
  const wrapped = opero((n: number) => n);
  assertEquals([async () => {}, async function () {}, wrapped, wrapped.with({})].map(isAsyncFunction), [
    true,
    true,
    true,
    true,
  ]);
  const others = [() => {}, () => Promise.resolve(), async function* () {}, class {}, undefined, null, {}, "async"];
  assertEquals(others.map(isAsyncFunction), others.map(() => false));
});

Deno.test("isAsyncFunction() knows what ensureAsync() made", () => {
  assertEquals(isAsyncFunction(ensureAsync(() => 1)), true);
});
