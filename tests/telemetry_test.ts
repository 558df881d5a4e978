import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, configureLogging, createOpero } from "@opero/core";
import { Telemetry } from "../src/telemetry.ts";

Deno.test("bad configuration leaves a line of level ERROR, of a function, a map and a single call", () => {
  const lines: string[] = [];
  configureLogging({ level: "error", sink: (_line, { level, message }) => lines.push(`${level} ${message}`) });
  const { opero, opmap } = createOpero();
  assertThrows(() => opero(() => {}, { retries: -1 }), ConfigurationError);
  assertThrows(() => opmap(() => {}, { workers: 0 }), ConfigurationError);
  assertThrows(() => opero(() => {}).with({ timeout: 0 }), ConfigurationError);
  assertEquals(lines, Array(3).fill("ERROR bad configuration"));
});

/** The lines that `work` writes through `console.warn`. */
function warningsOf(work: () => void): string[] {
  const original = console.warn;
  const lines: string[] = [];
  console.warn = (line: string) => lines.push(line);
  try {
    work();
  } finally {
    console.warn = original;
  }
  return lines;
}

Deno.test("warnOnce() writes one line for each kind and function, without logging", () => {
  const telemetry = new Telemetry(Math.random);
  const lines = warningsOf(() => {
    telemetry.warnOnce("cache", "load", "no permission");
    telemetry.warnOnce("cache", "load", "no permission");
    telemetry.warnOnce("cache", "save", "no permission");
    telemetry.warnOnce("nesting", "load", "wrapped twice");
  });
  assertEquals(lines, ["opero: no permission", "opero: no permission", "opero: wrapped twice"]);
});

Deno.test("warnOnce() writes nothing at the level OFF, and also to a sink of one's own", () => {
  const telemetry = new Telemetry(Math.random);
  const restoreOff = configureLogging({ level: "OFF" });
  assertEquals(warningsOf(() => telemetry.warnOnce("cache", "load", "no permission")), []);
  restoreOff();
  const records: string[] = [];
  const restore = configureLogging({ sink: (_line, { level, message }) => records.push(`${level} ${message}`) });
  assertEquals(warningsOf(() => telemetry.warnOnce("cache", "save", "no package")), ["opero: no package"]);
  restore();
  assertEquals(records, ["WARNING no package"]);
});
