import { assertEquals, assertNotEquals } from "@std/assert";
import { serializeArguments } from "../../../src/cache/key/cache_key.ts";
import { DEEP_SHAPES } from "../../support/deep_shapes.ts";

for (const make of DEEP_SHAPES) {
  Deno.test(`serializeArguments() has a key for a ${make.name} 100 000 deep`, () => {
    const key = serializeArguments([make(100_000)]);
    assertEquals(serializeArguments([make(100_000)]), key);
    assertNotEquals(serializeArguments([make(100_001)]), key);
  });
}
