import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, configureLogging, createOpero } from "@opero/core";

Deno.test("bad configuration leaves a line of level ERROR, of a function, a map and a single call", () => {
  const lines: string[] = [];
  configureLogging({ level: "error", sink: (_line, { level, message }) => lines.push(`${level} ${message}`) });
  const { opero, opmap } = createOpero();
  assertThrows(() => opero(() => {}, { retries: -1 }), ConfigurationError);
  assertThrows(() => opmap(() => {}, { workers: 0 }), ConfigurationError);
  assertThrows(() => opero(() => {}).with({ timeout: 0 }), ConfigurationError);
  assertEquals(lines, Array(3).fill("ERROR bad configuration"));
});
