import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, memoryCache } from "@opero/core";
import { testCacheBackend } from "@opero/core/testing";

testCacheBackend(() => memoryCache(), {
  test: (name, run) => Deno.test(name, run),
  name: "memoryCache()",
  keepsEverything: true,
});

Deno.test("memoryCache() throws a ConfigurationError when an option is wrong", () => {
  const messageOf = (config: object) => assertThrows(() => memoryCache(config), ConfigurationError).message;
  assertEquals(
    messageOf({ maxEntries: 0 }),
    "Cannot open the memory cache as 'maxEntries' must be a positive integer: received 0",
  );
  assertEquals(
    messageOf({ maxBytes: "1" }),
    `Cannot open the memory cache as 'maxBytes' must be a positive integer: received "1"`,
  );
});
