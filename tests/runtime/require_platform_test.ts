import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError } from "@opero/core";
import { requirePlatform } from "../../src/runtime/require_platform.ts";

Deno.test("requirePlatform() refuses a runtime that lacks what the library is built on, by one sentence", () => {
  requirePlatform();
  const { FinalizationRegistry } = globalThis;
  const { withResolvers } = Promise;
  for (
    const lose of [
      () => Reflect.deleteProperty(globalThis, "FinalizationRegistry"),
      () => Reflect.deleteProperty(Promise, "withResolvers"),
    ]
  ) {
    lose();
    try {
      assertEquals(
        assertThrows(requirePlatform, ConfigurationError).message,
        "Cannot load @opero/core as this runtime is too old: use Deno 2.5, Node 22.13, Bun 1.3, a browser of 2024 or later, " +
          "or a compatibility date of Cloudflare Workers from 2025-05-05",
      );
    } finally {
      Object.assign(globalThis, { FinalizationRegistry });
      Object.assign(Promise, { withResolvers });
    }
  }
});
