import { assertEquals } from "@std/assert";
import { currentCall, type LayerFunction, opmap } from "@opero/core";
import { testMode, variantsOf } from "../support/map_modes.ts";

for (const variant of variantsOf(["thread", "async", "process", "async_process", "cluster"])) testMode(variant);

Deno.test("layers of one's own run on the caller's side of a pool", async () => {
  const seen: unknown[] = [];
  const layer: LayerFunction = (next) => (call) => {
    seen.push(call.index);
    return next(call);
  };
  await using double = opmap((n: number) => 2 * n, {
    mode: "process",
    workers: 1,
    progress: false,
    layers: [{ name: "note", inside: "retry", layer }],
  });
  assertEquals([await double([1, 2]), seen], [[2, 4], [0, 1]]);
});

Deno.test("opmap() remembers in every mode, for all items, which fallback values fail", async () => {
  const use = ({ id, keys }: { id: number; keys: string[] }): string => {
    if (keys[0] === "dead") throw Object.assign(new Error("unauthorized"), { status: 401 });
    return `${id}${keys[0]}${currentCall().fallbackIndex}`;
  };
  for (const mode of ["thread", "process", "async_process"] as const) {
    const options = { argFallback: "keys", fallbackStrategy: "ordered", workers: 1, progress: false, mode } as const;
    await using map = opmap(use, options);
    const items = [1, 2, 3].map((id) => ({ id, keys: ["dead", "good"] }));
    await map(items.slice(0, 1));
    const results = await map.withMeta(items);
    assertEquals(results.map(({ value, meta }) => [value, meta.attempts, meta.fallbackIndex]), [
      ["1good1", 1, 1],
      ["2good1", 1, 1],
      ["3good1", 1, 1],
    ]);
  }
});
