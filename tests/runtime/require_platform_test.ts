import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError } from "@opero/core";
import { requirePlatform } from "../../src/runtime/require_platform.ts";

const TOO_OLD =
  "Cannot load @opero/core as this runtime is too old: use Deno 2.5, Node 22.13, Bun 1.3, a browser of 2024, " +
  "a compatibility_date of 2025-05-05, or later";

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
      assertEquals(assertThrows(requirePlatform, ConfigurationError).message, TOO_OLD);
    } finally {
      Object.assign(globalThis, { FinalizationRegistry });
      Object.assign(Promise, { withResolvers });
    }
  }
});

Deno.test("requirePlatform() refuses versions of Deno and Bun below those that are promised", () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, "Deno")!;
  const isRefused = (runtime: object) => {
    for (const name of ["Deno", "Bun"]) Reflect.deleteProperty(globalThis, name);
    Object.assign(globalThis, runtime);
    try {
      requirePlatform();
      return false;
    } catch (error) {
      return (error as Error).message === TOO_OLD;
    } finally {
      Reflect.deleteProperty(globalThis, "Bun");
      Object.defineProperty(globalThis, "Deno", own);
    }
  };
  const versions = ["1.46.3", "2.4.9", "2.5.0", "2.10.0", "3.0.0"];
  assertEquals(versions.filter((deno) => isRefused({ Deno: { version: { deno } } })), ["1.46.3", "2.4.9"]);
  assertEquals(["0.8.1", "1.2.23", "1.3.0", "2.0.0"].filter((version) => isRefused({ Bun: { version } })), [
    "0.8.1",
    "1.2.23",
  ]);
  assertEquals(isRefused({}), false);
});

for (const door of ["mod.ts", "light.ts"]) {
  Deno.test(`${door} refuses a runtime that is too old where it is imported`, async () => {
    const entry = new URL(`../../${door}`, import.meta.url).href;
    const code = `delete Promise.withResolvers; await import(${JSON.stringify(entry)}).catch((error) => {
      console.log(error.name, error.message);
    });`;
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--no-lock", code] }).output();
    assertEquals(new TextDecoder().decode(stdout), `ConfigurationError ${TOO_OLD}\n`);
  });
}
