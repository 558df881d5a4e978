import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  ConfigurationError,
  configureLogging,
  createOpero,
  formatLogRecord,
  getLogger,
  type LoggingOptions,
  type LogRecord,
  withCorrelationId,
} from "@opero/core";
import { hasOwnWarningSink, isLoggingOn } from "../../src/telemetry/logger.ts";

const MOD = new URL("../../mod.ts", import.meta.url).href;

/** What `code` writes in a process of its own. */
async function outputOf(code: string): Promise<{ stderr: string; stdout: string }> {
  const { stderr, stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
  const decoder = new TextDecoder();
  return { stderr: decoder.decode(stderr), stdout: decoder.decode(stdout) };
}

function recordsOf(level: LoggingOptions["level"]): LogRecord[] {
  const records: LogRecord[] = [];
  configureLogging({ level, sink: (_line, record) => records.push(record) });
  return records;
}

function writeAll(): void {
  const log = getLogger("part");
  log.debug("d");
  log.info("i");
  log.warning("w");
  log.error("e");
}

Deno.test("isLoggingOn() and hasOwnWarningSink() follow the level, so that nothing is told which nobody hears", () => {
  const told = (["DEBUG", "INFO", "WARNING", "ERROR", "OFF"] as const).map((level) => {
    const restore = configureLogging({ level, sink: () => {} });
    const found = [level, isLoggingOn(), hasOwnWarningSink()];
    restore();
    return found;
  });
  assertEquals(told, [
    ["DEBUG", true, true],
    ["INFO", true, true],
    ["WARNING", true, true],
    ["ERROR", true, false],
    ["OFF", false, false],
  ]);
  const restore = configureLogging({ level: "DEBUG" });
  assertEquals([isLoggingOn(), hasOwnWarningSink()], [true, false]);
  restore();
});

Deno.test("getLogger() writes nothing until logging is configured", async () => {
  const output = await outputOf(`
    import { getLogger, opero } from "${MOD}";
    getLogger("part").error("unseen");
    await opero(() => { throw new Error("no"); }, { retries: 1, minDelay: 0, maxDelay: 0 })().catch(() => {});
  `);
  assertEquals(output, { stderr: "", stdout: "" });
});

Deno.test("configureLogging() writes to stderr by default, INFO and graver", async () => {
  const { stderr, stdout } = await outputOf(`
    import { configureLogging, getLogger } from "${MOD}";
    configureLogging();
    getLogger("part").debug("d");
    getLogger("part").info("i", { n: 1 });
    getLogger("part").error("e");
  `);
  assertEquals(stdout, "");
  assertMatch(stderr, /^\d{4}-\d\d-\d\dT[\d:.]+Z INFO part i n=1\n\d{4}-\d\d-\d\dT[\d:.]+Z ERROR part e\n$/);
});

Deno.test("configureLogging() called twice prints nothing twice: the second takes the place of the first", () => {
  const first = recordsOf("DEBUG");
  const second = recordsOf("DEBUG");
  writeAll();
  assertEquals([first.length, second.length], [0, 4]);
});

Deno.test("configureLogging() writes the lines of its level and of graver ones", () => {
  const written = (level: LoggingOptions["level"]) => {
    const records = recordsOf(level);
    writeAll();
    return records.map((record) => record.level);
  };
  assertEquals(written("DEBUG"), ["DEBUG", "INFO", "WARNING", "ERROR"]);
  assertEquals(written("INFO"), ["INFO", "WARNING", "ERROR"]);
  assertEquals(written("WARNING"), ["WARNING", "ERROR"]);
  assertEquals(written("ERROR"), ["ERROR"]);
});

Deno.test("configureLogging() takes levels in any case", () => {
  for (const level of ["debug", "Debug", "DEBUG", "dEBUG"]) {
    const records = recordsOf(level as "debug");
    writeAll();
    assertEquals(records.length, 4, level);
  }
});

Deno.test("configureLogging() refuses wrong options with the whole message", () => {
  const wrong: [unknown, string][] = [
    [
      { level: "TRACE" },
      `Cannot configure logging as 'level' must be one of "DEBUG", "INFO", "WARNING", "ERROR", "OFF": received "TRACE"`,
    ],
    [
      { level: 20 },
      `Cannot configure logging as 'level' must be one of "DEBUG", "INFO", "WARNING", "ERROR", "OFF": received 20`,
    ],
    [{ sink: "stderr" }, `Cannot configure logging as 'sink' must be a function: received "stderr"`],
    [{ format: {} }, "Cannot configure logging as 'format' must be a function: received an object"],
    [
      { levle: "INFO" },
      "Cannot configure logging as 'levle' must be a known option: received a string, did you mean 'level'?",
    ],
  ];
  for (const [options, message] of wrong) {
    const error = assertThrows(() => configureLogging(options as LoggingOptions), ConfigurationError);
    assertEquals(error.message, message);
  }
});

Deno.test("configureLogging() leaves what was configured where it refuses", () => {
  const records = recordsOf("ERROR");
  assertThrows(() => configureLogging({ level: "LOUD" as "INFO" }), ConfigurationError);
  writeAll();
  assertEquals(records.length, 1);
});

Deno.test("configureLogging() takes explicit undefined for the defaults", () => {
  configureLogging({ level: undefined, sink: () => {}, format: undefined });
});

Deno.test("configureLogging() uses a format of one's own", () => {
  const lines: string[] = [];
  configureLogging({
    level: "INFO",
    format: ({ level, name, message, fields }) => JSON.stringify({ level, name, message, ...fields }),
    sink: (line) => lines.push(line),
  });
  getLogger("part").info("done", { n: 1 });
  assertEquals(lines, ['{"level":"INFO","name":"part","message":"done","n":1}']);
});

Deno.test("getLogger() goes on where the sink or the format throws", async () => {
  const throwing = () => {
    throw new Error("sink");
  };
  configureLogging({ level: "DEBUG", sink: throwing });
  writeAll();
  configureLogging({ level: "DEBUG", sink: () => {}, format: throwing });
  writeAll();
  const { opero } = createOpero({ logger: { debug: throwing, info: throwing, warning: throwing, error: throwing } });
  assertEquals(await opero(() => 5, { cache: true })(), 5);
});

Deno.test("configureLogging() is followed by loggers that were made before", () => {
  const early = getLogger("early");
  const lines: string[] = [];
  configureLogging({ level: "INFO", sink: (_line, { name, message }) => lines.push(`${name}: ${message}`) });
  early.info("one");
  getLogger("opero").info("two");
  assertEquals(lines, ["early: one", "opero: two"]);
});

Deno.test("configureLogging() answers a function that restores what was before", () => {
  const outer = recordsOf("DEBUG");
  const inner: LogRecord[] = [];
  const restore = configureLogging({ level: "ERROR", sink: (_line, record) => inner.push(record) });
  writeAll();
  restore();
  writeAll();
  assertEquals([inner.length, outer.length], [1, 4]);
});

Deno.test("configureLogging() writes nothing at the level OFF", () => {
  const records = recordsOf("off");
  writeAll();
  assertEquals(records, []);
});

Deno.test("formatLogRecord() writes fields as key=value, quoted where that is needed", () => {
  const line = formatLogRecord({
    time: new Date(0),
    level: "WARNING",
    name: "part",
    message: "a message",
    fields: { n: 1.5, ok: true, text: "plain", quoted: 'a "b"', line: "a\nb", gone: undefined, equal: "a=b" },
  });
  assertEquals(
    line,
    String
      .raw`1970-01-01T00:00:00.000Z WARNING part a message n=1.5 ok=true text=plain quoted="a \"b\"" line="a\nb" equal="a=b"`,
  );
});

Deno.test("createOpero({ logger }) takes the lines of its instance, and no other does", async () => {
  const everywhere = recordsOf("DEBUG");
  const lines: string[] = [];
  const note = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const logger = { debug: note("debug"), info: note("info"), warning: note("warning"), error: note("error") };
  const { opero } = createOpero({ logger });
  let calls = 0;
  const flaky = opero(() => {
    if (++calls < 2) throw new Error("not yet");
    return calls;
  }, { cache: true, minDelay: 0, maxDelay: 0 });
  await flaky();
  await flaky();
  assertEquals(lines, [
    "debug cache miss",
    "info retrying",
    "info call succeeded",
    "debug cache hit",
    "info call succeeded",
  ]);
  assertEquals(everywhere, []);
});

Deno.test("configureLogging() puts the correlation id on every line of a call", async () => {
  const records = recordsOf("DEBUG");
  const { opero } = createOpero();
  const failing = opero(() => {
    throw new Error("no");
  }, { retries: 1, minDelay: 0, maxDelay: 0, cache: true });
  await failing().catch(() => {});
  assertEquals(records.map(({ level, message }) => `${level} ${message}`), [
    "DEBUG cache miss",
    "INFO retrying",
    "ERROR call failed",
  ]);
  assertEquals(new Set(records.map(({ fields }) => fields.correlationId)).size, 1);
  assertMatch(String(records[0]!.fields.correlationId), /^[0-9a-f]{16}$/);
});

/** An escape sequence, a bell, a line break that would forge a record, a C1 control, and a mark that turns the text. */
const HOSTILE = "\u001b[2J\u0007\n1970-01-01 ERROR forged\u009b31m\u202e";
const ESCAPED = "\\u001b[2J\\u0007\\n1970-01-01 ERROR forged\\u009b31m\\u202e";

Deno.test("a record is one line of printable text, wherever its text comes from", async () => {
  const lines: string[] = [];
  const records: LogRecord[] = [];
  configureLogging({ level: "DEBUG", sink: (line, record) => (lines.push(line), records.push(record)) });
  const { opero } = createOpero();
  class Odd extends Error {
    override readonly name = `Odd${HOSTILE}`;
  }
  const failures = [
    Object.assign(new Error("no"), { code: `E${HOSTILE}` }),
    new Odd(),
    Object.create({ constructor: { name: `Odd${HOSTILE}` } }),
  ];
  for (const failure of failures) {
    const fails = opero(() => Promise.reject(failure), { retries: 0, name: `load${HOSTILE}` });
    await withCorrelationId(`id${HOSTILE}`, () => fails().catch(() => {}));
  }
  getLogger(`part${HOSTILE}`).info(`text${HOSTILE}`, { [`key${HOSTILE}`]: `value${HOSTILE}` });
  assertEquals(lines.length, 4);
  // deno-lint-ignore no-control-regex -- these are what it is about
  for (const line of lines) assert(!/[\u0000-\u001f\u007f-\u009f\u202e]/.test(line), JSON.stringify(line));
  const { functionName, correlationId, error } = records[0]!.fields;
  assertEquals([functionName, correlationId], [`load${ESCAPED}`, `id${ESCAPED}`]);
  assertEquals(error, "AllFailedError");
  assertEquals(records.slice(0, 3).map((record) => record.fields.cause), [
    "Error",
    `Odd${ESCAPED}`,
    `Odd${ESCAPED}`,
  ]);
  assertEquals(records[3]!.message, `text${ESCAPED}`);
});

Deno.test("formatLogRecord() escapes control characters and rounds numbers of any record", () => {
  const line = formatLogRecord({
    time: new Date(0),
    level: "INFO",
    name: "part\u0007",
    message: "one\ntwo",
    fields: { delay: 0.1 + 0.2, wait: 1.23456, items: 12_345_678, text: "a\u001b[0m b", broken: NaN },
  });
  assertEquals(
    line,
    String.raw`1970-01-01T00:00:00.000Z INFO part\u0007 one\ntwo delay=0.3 wait=1.235 items=12345678 ` +
      String.raw`text="a\u001b[0m b" broken=NaN`,
  );
});

Deno.test("a format, a sink and a logger of one's own get printable texts and rounded numbers", async () => {
  const seen: unknown[] = [];
  const restore = configureLogging({
    format: ({ message, fields }) => `${message} ${fields.n}`,
    sink: (line) => seen.push(line),
  });
  getLogger("part").info("a\nb", { n: 0.1 + 0.2 });
  restore();
  const note = (_message: string, fields?: object) =>
    void seen.push((fields as { correlationId: string }).correlationId);
  const { opero } = createOpero({ logger: { debug: note, info: note, warning: note, error: note } });
  await withCorrelationId("a\nb", () => opero(() => 1)());
  assertEquals(seen, ["a\\nb 0.3", "a\\nb"]);
});

Deno.test("the line of a failed attempt names the error's kind and its code", async () => {
  const records = recordsOf("INFO");
  const { opero } = createOpero({ minDelay: 0, maxDelay: 0 });
  const fails = opero(function load() {
    throw Object.assign(new TypeError("secret"), { code: "ECONNRESET" });
  }, { retries: 1 });
  await fails().catch(() => {});
  assertEquals(records.map(({ message, fields }) => [message, fields.error, fields.cause]), [
    ["retrying", "TypeError (ECONNRESET)", undefined],
    ["call failed", "AllFailedError", "TypeError (ECONNRESET)"],
  ]);
});
