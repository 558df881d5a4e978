import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, configureLogging, createOpero } from "@opero/core";
import { Telemetry } from "../../src/telemetry/telemetry.ts";
import { telemetryLog } from "../../src/telemetry/telemetry_log.ts";
import { warningsOf } from "../support/warnings_of.ts";

Deno.test("bad configuration leaves a line of level ERROR, of a function, a map and a single call", () => {
  const lines: string[] = [];
  configureLogging({ level: "error", sink: (_line, { level, message }) => lines.push(`${level} ${message}`) });
  const { opero, opmap } = createOpero();
  assertThrows(() => opero(() => {}, { retries: -1 }), ConfigurationError);
  assertThrows(() => opmap(() => {}, { workers: 0 }), ConfigurationError);
  assertThrows(() => opero(() => {}).with({ timeout: 0 }), ConfigurationError);
  assertEquals(lines, Array(3).fill("ERROR bad configuration"));
});

Deno.test("warnOnce() writes one line for each kind and function, without logging", async () => {
  const telemetry = new Telemetry({ random: Math.random, log: telemetryLog() });
  const lines = await warningsOf(() => {
    telemetry.warnOnce("cache", "load", "no permission");
    telemetry.warnOnce("cache", "load", "no permission");
    telemetry.warnOnce("cache", "save", "no permission");
    telemetry.warnOnce("nesting", "load", "wrapped twice");
  });
  assertEquals(lines, ["opero: no permission", "opero: no permission", "opero: wrapped twice"]);
});

Deno.test("warnOnce() writes nothing at the level OFF, and also to a sink of one's own", async () => {
  const telemetry = new Telemetry({ random: Math.random, log: telemetryLog() });
  const restoreOff = configureLogging({ level: "OFF" });
  assertEquals(await warningsOf(() => telemetry.warnOnce("cache", "load", "no permission")), []);
  restoreOff();
  const records: string[] = [];
  const restore = configureLogging({ sink: (_line, { level, message }) => records.push(`${level} ${message}`) });
  assertEquals(await warningsOf(() => telemetry.warnOnce("cache", "save", "no package")), ["opero: no package"]);
  restore();
  assertEquals(records, ["WARNING no package"]);
});

Deno.test("warnOnce() writes one printable line, whatever the name of the function", async () => {
  const telemetry = new Telemetry({ random: Math.random, log: telemetryLog() });
  const lines = await warningsOf(() => telemetry.warnOnce("cache", "load", "no permission for load\n\u001b[31m"));
  assertEquals(lines, ["opero: no permission for load\\n\\u001b[31m"]);
});

Deno.test("name is what the function is called in messages, events, and as a function", async () => {
  const { opero, opmap, events } = createOpero({ retries: 0 });
  const seen: string[] = [];
  events.on("failure", ({ functionName }) => void seen.push(functionName));
  const fails = () => opero(() => Promise.reject(new Error("no")), { name: "load" });
  const error = await fails()().catch((error) => error);
  const mapError = await opmap(() => Promise.reject(new Error("no")), { name: "each", progress: false })([1]).catch((
    error,
  ) => error);
  const refused = assertThrows(() => opero(() => {}, { name: "save", retries: -1 }), ConfigurationError);
  assertEquals([fails().name, fails().with({ retries: 1 }).name], ["load", "load"]);
  assertEquals(error.message.includes('"load"') && mapError.message.includes('"each"'), true);
  assertEquals(refused.message, `Cannot wrap "save" as 'retries' must be a non-negative integer: received -1`);
  assertEquals(seen, ["load", "each"]);
});

Deno.test("no message of an error is driven by the name of its function", () => {
  const { opero } = createOpero();
  const named = { "load\n\u001b[31m": () => {} }["load\n\u001b[31m"]!;
  for (const wrong of [{ retries: -1 }, { "retr\u001bies": 1 }, { rateLimitScope: "a\u009b" }]) {
    const { message } = assertThrows(() => opero(named, wrong as object), ConfigurationError);
    // deno-lint-ignore no-control-regex -- these are what it is about
    assertEquals(/[\u0000-\u001f\u007f-\u009f]/.test(message), false, JSON.stringify(message));
  }
});

const LOOKING: Readonly<Record<string, (see: () => void, tools: Looked) => () => void>> = {
  "to the events of the instance": (see, { instance }) => instance.events.on("success", see),
  "to the events of the function": (see, { fn }) => fn.events.on("success", see),
  "at the log": (see) => configureLogging({ level: "debug", sink: see }),
};

interface Looked {
  readonly instance: ReturnType<typeof createOpero>;
  readonly fn: ReturnType<typeof wrapped>;
}

function wrapped(instance: ReturnType<typeof createOpero>) {
  return instance.opero(() => Promise.resolve(1));
}

for (const [what, look] of Object.entries(LOOKING)) {
  Deno.test(`who begins to look ${what} sees the next call, of the same turn too, and who stops none`, async () => {
    const instance = createOpero();
    const fn = wrapped(instance);
    let seen = 0;
    for (let round = 1; round <= 3; round++) {
      // The turn is known to be quiet by now.
      for (let n = 0; n < 3; n++) await fn();
      assertEquals(seen, round - 1);
      const stop = look(() => seen++, { instance, fn });
      await fn();
      assertEquals(seen, round);
      stop();
    }
  });
}
