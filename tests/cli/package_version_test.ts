import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { PACKAGE_VERSION } from "../../src/cli/package_version.ts";

Deno.test("PACKAGE_VERSION is that of the package", () => {
  assertEquals(PACKAGE_VERSION, config.version);
});
