import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { type Shape, ShapeTable } from "../../../src/cache/key/shape_table.ts";

const flat = (...keys: string[]): Shape => ({ keys, parts: keys.map(() => null) });

Deno.test("ShapeTable.shared() is one object for shapes that are equal, and another for all others", () => {
  const table = new ShapeTable();
  const shape = table.shared(flat("a", "b"));
  assertStrictEquals(table.shared(flat("a", "b")), shape);
  for (const other of [flat("b", "a"), flat("a"), flat("a", "b", "c"), { keys: undefined, parts: [null, null] }]) {
    assertStrictEquals(table.shared(other), other);
  }
  const nested: Shape = { keys: ["a", "b"], parts: [null, flat("c")] };
  assertStrictEquals(table.shared(nested), nested);
  assertStrictEquals(table.shared(flat("a", "b")), shape);
});

Deno.test("ShapeTable holds few shapes, and none that is large", () => {
  const table = new ShapeTable();
  const first = table.shared(flat("0"));
  for (let i = 1; i < 256; i++) table.shared(flat(`${i}`));
  assertStrictEquals(table.shared(flat("0")), first);
  table.shared(flat("256"));
  assertNotStrictEquals(table.shared(flat("0")), first);
  const large = () => flat("x".repeat(3_000));
  table.shared(large());
  assertNotStrictEquals(table.shared(large()), table.shared(large()));
});

Deno.test("ShapeTable.clear() forgets all", () => {
  const table = new ShapeTable();
  const first = table.shared(flat("a"));
  table.clear();
  assertNotStrictEquals(table.shared(flat("a")), first);
  assertEquals(table.shared(flat("a")), first);
});
