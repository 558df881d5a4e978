import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { packBuffers, unpackBuffers } from "../../src/pool/buffer_packing.ts";

/** What `values` become on their way. */
function cross(values: readonly unknown[], moved: ArrayBuffer[] = []): unknown[] {
  const sent = [...values];
  const positions = packBuffers(sent, moved);
  const back = structuredClone(sent, { transfer: moved });
  unpackBuffers(back, positions);
  return back;
}

Deno.test("packBuffers() finds views in values, arrays and plain objects, and leaves the caller's alone", () => {
  const item = {
    list: [new Uint16Array([1, 2, 3]).subarray(1)],
    big: new Float32Array(10_000).fill(0.5),
    other: "text",
  };
  const sent = [1, item, "x"];
  assertEquals(packBuffers(sent, []), [1]);
  assert(sent[1] !== item);
  assert(item.list[0] instanceof Uint16Array);
  assertEquals(cross([item])[0], item);
});

Deno.test("unpackBuffers() gives back views of every kind", () => {
  const views = [
    new Uint8ClampedArray([1]),
    new BigInt64Array([1n]),
    new DataView(new ArrayBuffer(3)),
    new ArrayBuffer(17_000),
    new Uint8Array(0),
  ];
  const back = cross([views])[0] as typeof views;
  assertEquals(back, views);
  assertEquals(back.map((view) => view.constructor.name), views.map((view) => view.constructor.name));
});

Deno.test("packBuffers() keeps circles, and one view in two places one view", () => {
  const bytes = new Uint8Array([7]);
  const item: Record<string, unknown> = { bytes, again: bytes };
  item.self = item;
  const back = cross([item])[0] as typeof item;
  assertStrictEquals(back.self, back);
  assertStrictEquals(back.bytes, back.again);
});

Deno.test("packBuffers() does not copy what is moved", () => {
  const bytes = new Uint8Array(100_000).fill(3);
  const back = cross([{ bytes }], [bytes.buffer])[0] as { bytes: Uint8Array };
  assertEquals([bytes.length, back.bytes.length, back.bytes[99_999]], [0, 100_000, 3]);
});

Deno.test("packBuffers() has nothing to do where there are no buffers", () => {
  const values = [1, "a", null, { deep: [{}] }, new Map([[1, new Uint8Array(1)]])];
  assertEquals(packBuffers([...values], []), undefined);
});
