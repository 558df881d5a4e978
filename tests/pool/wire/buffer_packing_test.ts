import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Moved } from "../../../src/pool/wire/buffer_packing.ts";
import { packValues } from "../../../src/pool/wire/value_packing.ts";
import { unpackValues } from "../../../src/pool/wire/value_unpacking.ts";

/** What `values` become on their way; also how many bytes are posted beside what is packed. */
function cross(values: unknown[], moved: ArrayBuffer[] = [], isPacking = true): unknown[] {
  const { lists, packing } = packValues([values], { isPacking, moved });
  const back = structuredClone({ list: lists[0], packing }, { transfer: moved });
  unpackValues(back.packing);
  return back.list!;
}

function isPacked(values: unknown[], isPacking: boolean, moved: Moved = []): boolean {
  const { lists, packing } = packValues([values], { isPacking, moved });
  return packing !== undefined || lists[0] !== values;
}

class Picture {
  readonly pixels: Uint8Array;
  constructor(pixels: Uint8Array) {
    this.pixels = pixels;
  }
}

Deno.test("packValues() finds views wherever they are, and leaves the caller's alone", () => {
  const item = {
    list: [new Uint16Array([1, 2, 3]).subarray(1)],
    big: new Float32Array(10_000).fill(0.5),
    map: new Map([[new Uint8Array([9]), new Set([new Uint8Array([8])])]]),
    other: "text",
  };
  const sent = [1, item, "x"];
  const { lists: [packed] } = packValues([sent], { isPacking: true, moved: [] });
  assertEquals([packed![0], packed![2], sent[1] === item], [1, "x", true]);
  assert(packed![1] !== item);
  assert(item.list[0] instanceof Uint16Array);
  assertEquals(cross([item])[0], item);
  assertEquals(Object.keys(cross([item])[0] as object), Object.keys(item));
});

Deno.test("packValues() finds views in instances of classes, which arrive as plain objects", () => {
  assertEquals(cross([new Picture(new Uint8Array([1, 2]))]), [{ pixels: new Uint8Array([1, 2]) }]);
});

Deno.test("unpackValues() gives back views of every kind", () => {
  const views = [
    new Uint8ClampedArray([1]),
    new BigInt64Array([1n]),
    new DataView(new ArrayBuffer(3)),
    new ArrayBuffer(17_000),
    new Uint8Array(0),
    new Float64Array([0.5]),
  ];
  const kindsOf = (list: readonly object[]) => list.map((view) => view.constructor.name);
  for (const isPacking of [true, false]) {
    const back = cross([views], [], isPacking)[0] as typeof views;
    assertEquals(back, views);
    assertEquals(kindsOf(back), kindsOf(views));
    assertEquals(cross(views, [], isPacking), views);
  }
});

Deno.test("packValues() keeps circles, and one view in two places one view", () => {
  const bytes = new Uint8Array([7]);
  const item: Record<string, unknown> = { bytes, again: bytes };
  item.self = item;
  const back = cross([item])[0] as typeof item;
  assertStrictEquals(back.self, back);
  assertStrictEquals(back.bytes, back.again);
});

Deno.test("packValues() does not copy what is moved", () => {
  const bytes = new Uint8Array(100_000).fill(3);
  const back = cross([{ bytes }], [bytes.buffer])[0] as { bytes: Uint8Array };
  assertEquals([bytes.length, back.bytes.length, back.bytes[99_999]], [0, 100_000, 3]);
});

Deno.test("packValues() posts the bytes that a view shows, and none that lie around it", () => {
  const pool = new Uint8Array(500).fill(1);
  const views = [pool.subarray(10, 14), new DataView(pool.buffer, 20, 4), new Uint16Array(pool.buffer, 2, 3)];
  for (const isPacking of [true, false]) {
    const back = cross([new Map([["views", views]])], [], isPacking)[0] as Map<string, typeof views>;
    const buffers = back.get("views")!.map((view) => view.buffer);
    assertEquals(buffers.map((buffer) => [...new Uint8Array(buffer)].join("")), ["1111", "1111", "111111"]);
    assertEquals(cross([views[0]], [], isPacking).map((view) => (view as Uint8Array).buffer.byteLength), [4]);
  }
});

Deno.test("packValues() has nothing to do where there are no buffers, or cloning does well with them", () => {
  const values = [1, "a", null, { deep: [{}] }, new Map([[1, new Date(0)]])];
  assertEquals(isPacked(values, true), false);
  assertEquals(isPacked([{ bytes: new Uint8Array(8) }], false), false);
  const moved = new Uint8Array(8).subarray(1);
  assertEquals(isPacked([{ moved }], false, [moved.buffer]), false);
});

Deno.test("unpackValues() takes no data of an item for a part, whatever keys it has", () => {
  const item = JSON.parse('{"kind":"bytes","type":"Function","__proto__":{"part":0},"@opero/core/packed":"WebSocket"}');
  const [back] = cross([[item, new Uint8Array([1])]]) as [unknown[]];
  assertEquals(JSON.stringify(back[0]), JSON.stringify(item));
  assertEquals(Object.getPrototypeOf(back[0]), Object.prototype);
});
