import { runInNewContext } from "node:vm";
import { inspect } from "node:util";
import { assert, assertEquals, assertFalse, assertInstanceOf, assertStrictEquals, fail } from "@std/assert";
import {
  AllFailedError,
  type AttemptRecord,
  CircuitOpenError,
  ConfigurationError,
  EngineError,
  isOperoError,
  JournalError,
  MapError,
  OperoError,
  OverloadError,
  RateLimitError,
  ResultError,
  SerializationError,
  TimeoutError,
  WorkerError,
} from "@opero/core";
import { errorLabel, errorName } from "../src/errors/error_label.ts";
import { giveFailureWords } from "../src/errors/give_failure_words.ts";
import { ERROR_FILES, importCopiedErrors } from "./support/copied_errors.ts";

// As the first function that is wrapped does.
giveFailureWords();

const SOURCES = new URL("../src/", import.meta.url);

function record(error: unknown, others: Partial<AttemptRecord> = {}): AttemptRecord {
  return { number: 1, retry: 0, fallbackIndex: undefined, startedAt: new Date(0), duration: 0.25, error, ...others };
}

function allFailed(...attempts: AttemptRecord[]): AllFailedError {
  return new AllFailedError("All 2 attempts failed", { attempts, reason: "attempts", correlationId: "c-1" });
}

Deno.test("OperoError and its kinds have a stable name and code, and extend Error", () => {
  const kinds: [OperoError, string, string][] = [
    [new OperoError("WORKER", "m"), "OperoError", "WORKER"],
    [allFailed(record(1)), "AllFailedError", "ALL_FAILED"],
    [new ConfigurationError("m"), "ConfigurationError", "CONFIGURATION"],
    [new TimeoutError("m", 1_500), "TimeoutError", "TIMEOUT"],
    [new RateLimitError("m", 250), "RateLimitError", "RATE_LIMIT"],
    [new CircuitOpenError("m"), "CircuitOpenError", "CIRCUIT_OPEN"],
    [new OverloadError("m"), "OverloadError", "OVERLOAD"],
    [new WorkerError("m"), "WorkerError", "WORKER"],
    [new SerializationError("m"), "SerializationError", "SERIALIZATION"],
    [new MapError("m", [], []), "MapError", "MAP"],
    [new JournalError("m"), "JournalError", "JOURNAL"],
    [new EngineError("m"), "EngineError", "ENGINE"],
  ];
  for (const [error, name, code] of kinds) {
    assertEquals([error.name, error.code], [name, code]);
    assertInstanceOf(error, OperoError);
    assertInstanceOf(error, Error);
    assert(isOperoError(error));
    assert(String(error.stack).startsWith(`${name}: `), error.stack);
    assertFalse(Object.keys(error).includes("name"), "as with built-in errors, the name is no field");
  }
});

Deno.test("TimeoutError and refusals tell their times in seconds, and keep the cause", () => {
  const cause = new Error("before");
  assertEquals(new TimeoutError("m", 1_500, { cause }).timeout, 1.5);
  assertEquals(new RateLimitError("m", 250, { cause }).retryAfter, 0.25);
  for (const Refusal of [CircuitOpenError, OverloadError]) {
    const error = new Refusal("m", 250, { cause });
    assertEquals([error.retryAfter, error.cause, new Refusal("m").retryAfter], [0.25, cause, undefined]);
  }
  assertStrictEquals(new TimeoutError("m", 1_500, { cause }).cause, cause);
  assertStrictEquals(new RateLimitError("m", 250, { cause }).cause, cause);
});

Deno.test("isOperoError() knows the errors of another copy of the library, and nothing else", async () => {
  const other = await importCopiedErrors();
  const foreign = new other.ConfigurationError("m");
  assertFalse(foreign instanceof ConfigurationError);
  assert(isOperoError(foreign));
  for (const value of [new Error("m"), undefined, null, "ALL_FAILED", { code: "ALL_FAILED" }, () => {}]) {
    assertFalse(isOperoError(value));
  }
});

Deno.test("AllFailedError has every error in order, the last as its cause", () => {
  const first = new TypeError("first");
  const last = new RangeError("last");
  const error = allFailed(record(first), record(last, { number: 2, retry: 1 }));
  assertEquals(error.errors, [first, last]);
  assertStrictEquals(error.cause, last);
  assertEquals(error.attempts.map(({ number, retry }) => [number, retry]), [[1, 0], [2, 1]]);
  assertEquals([error.reason, error.correlationId], ["attempts", "c-1"]);
});

Deno.test("AllFailedError takes anything for an error, undefined too", () => {
  for (const thrown of [undefined, null, 0, "", false, NaN, Symbol("s"), () => {}]) {
    const error = allFailed(record(thrown));
    assertEquals(error.errors, [thrown]);
    assertEquals(error.cause, thrown);
    assertEquals(Object.keys(error.errorsByType()).length, 1);
    assertEquals(error.summary().split("\n").length, 2);
    JSON.stringify(error);
    structuredClone(error);
  }
});

Deno.test("AllFailedError without an attempt has no cause", () => {
  const error = allFailed();
  assertEquals([error.errors, error.cause, error.summary()], [[], undefined, "All 2 attempts failed"]);
});

Deno.test("AllFailedError.errorsByType() is a record from error name to the errors", () => {
  const [a, b, c] = [new TypeError("a"), new RangeError("b"), new TypeError("c")];
  const named = Object.assign(new Error("d"), { name: "__proto__" });
  const groups = allFailed(record(a), record(b), record(c), record(undefined), record("text"), record(named))
    .errorsByType();
  assertEquals(Object.keys(groups), ["TypeError", "RangeError", "undefined", "string", "__proto__"]);
  assertEquals(groups.TypeError, [a, c]);
  assertEquals(groups.string, ["text"]);
  assertEquals(groups["__proto__"], [named]);
});

Deno.test("AllFailedError.summary() has a line per attempt, without the texts of the errors", () => {
  const error = allFailed(
    record(Object.assign(new Error("secret"), { status: 503 }), { fallbackIndex: 0, duration: 1.5 }),
    record(Object.assign(new Error("secret"), { code: "ECONNRESET" }), { number: 2, retry: 1, fallbackIndex: 1 }),
    record("secret", { number: 3, retry: 2, startedAt: new Date(NaN) }),
  );
  assertEquals(
    error.summary(),
    [
      "All 2 attempts failed",
      "  1. retry 0, fallback 0, at 1970-01-01T00:00:00.000Z, after 1.5 s: Error (503)",
      "  2. retry 1, fallback 1, at 1970-01-01T00:00:00.000Z, after 250 ms: Error (ECONNRESET)",
      "  3. retry 2, at an unknown time, after 250 ms: string",
    ].join("\n"),
  );
});

Deno.test("AllFailedError survives JSON.stringify", () => {
  const nested = allFailed(record(new TypeError("inner")));
  const error = allFailed(
    record(Object.assign(new Error("outer"), { status: 503, code: "E_BUSY", apiKey: "unseen" })),
    record(nested, { number: 2, retry: 1, fallbackIndex: 3 }),
    record("text", { number: 3, retry: 2 }),
  );
  const attempt = { retry: 0, startedAt: "1970-01-01T00:00:00.000Z", duration: 0.25 };
  const head = { name: "AllFailedError", code: "ALL_FAILED", message: "All 2 attempts failed", reason: "attempts" };
  assertEquals(JSON.parse(JSON.stringify(error)), {
    ...head,
    correlationId: "c-1",
    attempts: [
      { ...attempt, number: 1, error: { name: "Error", message: "outer", status: 503, code: "E_BUSY" } },
      {
        ...attempt,
        number: 2,
        retry: 1,
        fallbackIndex: 3,
        error: {
          ...head,
          correlationId: "c-1",
          attempts: [{ ...attempt, number: 1, error: { name: "TypeError", message: "inner" } }],
        },
      },
      { ...attempt, number: 3, retry: 2, error: { name: "string" } },
    ],
    errors: [
      { name: "Error", message: "outer", status: 503, code: "E_BUSY" },
      { name: "AllFailedError", code: "ALL_FAILED", message: "All 2 attempts failed" },
      { name: "string" },
    ],
  });
});

Deno.test("AllFailedError survives structuredClone with its message and cause", () => {
  const cause = new TypeError("why", { cause: new RangeError("deeper") });
  const copy = structuredClone(allFailed(record(cause)));
  assertInstanceOf(copy, Error);
  assertEquals(copy.message, "All 2 attempts failed");
  assertInstanceOf(copy.cause, TypeError);
  assertInstanceOf((copy.cause as Error).cause, RangeError);
});

Deno.test("AllFailedError survives structuredClone where its cause does not", () => {
  const uncloneable = [
    () => {},
    Symbol("s"),
    { run: () => {} },
    new WeakMap(),
    Promise.resolve(),
    new Response("body"),
    new Error("outer", { cause: () => {} }),
    new Error("outer", { cause: new Error("inner", { cause: Symbol("s") }) }),
    new Proxy(new Error("proxy"), {}),
    Object.assign(new Error("own"), { handle: () => {} }),
  ];
  for (const cause of uncloneable) {
    const error = allFailed(record(cause));
    assertStrictEquals(error.cause, cause);
    assertEquals(structuredClone(error).message, "All 2 attempts failed");
  }
});

Deno.test("AllFailedError survives structuredClone with causes that go round, and with a DOMException", () => {
  const round = new Error("round");
  round.cause = round;
  assertEquals(structuredClone(allFailed(record(round))).message, "All 2 attempts failed");
  structuredClone(allFailed(record(new DOMException("stop", "AbortError"))));
});

Deno.test("MapError has the results, the failed items, and the first one's error as its cause", () => {
  const cause = new TypeError("no");
  const error = new MapError("1 of 2 items failed", [1, undefined], [{ index: 1, error: cause }]);
  assertStrictEquals(error.cause, cause);
  assertEquals([error.results, error.errors], [[1, undefined], [{ index: 1, error: cause }]]);
  assertEquals(JSON.parse(JSON.stringify(error)), {
    name: "MapError",
    code: "MAP",
    message: "1 of 2 items failed",
    errors: [{ index: 1, error: { name: "TypeError", message: "no" } }],
  });
});

Deno.test("errorName() and errorLabel() name the kind of anything that was thrown", () => {
  class Custom {}
  const named: [unknown, string][] = [
    [new TypeError("m"), "TypeError"],
    [new DOMException("m", "AbortError"), "AbortError"],
    [undefined, "undefined"],
    [null, "null"],
    ["secret", "string"],
    [5, "number"],
    [Symbol("secret"), "symbol"],
    [() => {}, "function"],
    [{ secret: 1 }, "Object"],
    [new Custom(), "Custom"],
    [Object.create(null), "object"],
    [{ constructor: { name: "secret" } }, "Object"],
  ];
  for (const [error, name] of named) assertEquals(errorName(error), name);
  assertEquals(errorLabel({ status: 404 }), "Object (404)");
  assertEquals(errorLabel(Object.assign(new Error("m"), { code: "ENOENT" })), "Error (ENOENT)");
  assertEquals(errorLabel(new ConfigurationError("m")), "ConfigurationError");
});

/** Values that may be thrown, and what reading any field of them does. */
function hostileErrors(): unknown[] {
  const throwing = (holder: object, ...fields: string[]) => {
    for (const field of fields) {
      Object.defineProperty(holder, field, {
        get: () => fail("a field was read"),
        configurable: true,
        enumerable: true,
      });
    }
    return holder;
  };
  const fields = ["name", "message", "code", "status", "cause", "errors", "response", "headers", "retryAfter", "stack"];
  const { proxy, revoke } = Proxy.revocable(new Error("gone"), {});
  revoke();
  const everything = new Proxy(new Error("all"), {
    get: () => fail("a field was read"),
    getPrototypeOf: () => fail("asked"),
  });
  return [
    proxy,
    everything,
    throwing(new Error("getters"), ...fields),
    throwing(new Error("stack"), "stack"),
    throwing({}, ...fields, "toString", "constructor", "toJSON"),
    Object.create(null),
    Object.assign(new Error("odd"), { name: Symbol("name"), message: { toString: () => fail("written") }, code: {} }),
    Object.assign(new Error("odd"), { name: {}, stack: Symbol("stack") }),
    Object.assign(new Error("long"), { name: "N".repeat(1e6), code: "C".repeat(1e6), message: "M".repeat(1e6) }),
    { [Symbol.toStringTag]: "Error", run: () => {} },
    Object.setPrototypeOf(new Error("no prototype"), null),
    () => {},
    10n,
  ];
}

Deno.test("anything that was thrown can be told of: name, label, summary, JSON, groups, clone", () => {
  for (const thrown of hostileErrors()) {
    assert(errorName(thrown).length <= 100);
    assert(errorLabel(thrown).length <= 200);
    const error = allFailed(record(thrown), record(new Error("last"), { number: 2 }));
    assertEquals(error.summary().split("\n").length, 3);
    assert(JSON.stringify(error).length < 2e6);
    assertEquals(Object.values(error.errorsByType()).flat().length, 2);
    const last = allFailed(record(thrown));
    assertEquals(structuredClone(last).message, "All 2 attempts failed");
    const map = new MapError("1 of 1 items failed", [undefined], [{ index: 0, error: thrown }]);
    assertEquals(map.summary().split("\n").length, 2);
    JSON.stringify(map);
    assertEquals(structuredClone(map).message, "1 of 1 items failed");
  }
});

Deno.test("errors of another realm are told of as those of this one", () => {
  const foreign = runInNewContext("Object.assign(new TypeError('far'), { code: 'E_FAR' })") as Error;
  assertFalse(foreign instanceof Error);
  assertEquals([errorName(foreign), errorLabel(foreign)], ["TypeError", "TypeError (E_FAR)"]);
  const { attempts } = JSON.parse(JSON.stringify(allFailed(record(foreign))));
  assertEquals(attempts[0].error, { name: "TypeError", message: "far", code: "E_FAR" });
});

Deno.test("errorLabel() shows the status wherever a client keeps it, and no code that is no word", () => {
  const labels: [unknown, string][] = [
    [Object.assign(new Error(), { statusCode: 503 }), "Error (503)"],
    [Object.assign(new Error(), { code: "ERR_BAD_RESPONSE", response: { status: 502 } }), "Error (502)"],
    [Object.assign(new Error(), { $metadata: { httpStatusCode: 400 } }), "Error (400)"],
    [Object.assign(new Error(), { code: "password=secret word" }), "Error"],
    [Object.assign(new Error(), { status: 7 }), "Error"],
    [new Response(null, { status: 418 }), "Response (418)"],
    [new ResultError("load", new Response(null, { status: 500 })), "ResultError (500)"],
    [new ResultError("load", { status: 500 }), "ResultError"],
  ];
  for (const [error, label] of labels) assertEquals(errorLabel(error), label);
});

Deno.test("AllFailedError.toJSON() tells what its errors stand for, and ends where causes go round", () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const round = new Error("round");
  round.cause = round;
  const { attempts } = JSON.parse(
    JSON.stringify(allFailed(record(new TypeError("fetch failed", { cause })), record(round))),
  );
  assertEquals(attempts[0].error, {
    name: "TypeError",
    message: "fetch failed",
    cause: { name: "Error", message: "connect ECONNREFUSED", code: "ECONNREFUSED" },
  });
  assert(JSON.stringify(attempts[1]).length < 2_000);
});

Deno.test("AllFailedError.toJSON() is bounded where calls that gave up share one another", () => {
  let shared: unknown = new Error("root");
  for (let depth = 0; depth < 30; depth++) shared = allFailed(...Array(50).fill(record(shared)));
  assert(JSON.stringify(shared).length < 1e6);
});

Deno.test("MapError does not print its results, and summary() tells of each failed item", () => {
  const secret = "tr0ub4dor";
  const inner = allFailed(record(new RangeError("first")), record(new RangeError("out of\nrange"), { number: 2 }));
  const error = new MapError("2 of 3 items failed", [secret, undefined, undefined], [
    { index: 1, error: inner },
    { index: 2, error: Object.assign(new Error("no"), { code: "ENOENT" }) },
  ]);
  assertEquals(error.results, [secret, undefined, undefined]);
  for (
    const shown of [Deno.inspect(error), inspect(error), JSON.stringify(error), error.summary(), String(error.stack)]
  ) {
    assertFalse(shown.includes(secret), shown);
  }
  assertEquals(
    error.summary(),
    [
      "2 of 3 items failed",
      "  item 1: RangeError: out of range, after 2 attempts",
      "  item 2: Error (ENOENT): no",
    ].join("\n"),
  );
});

Deno.test("MapError.summary() has the first 1 000 items where there are more", () => {
  const errors = Array.from({ length: 1_000_000 }, (_, index) => ({ index, error: "thrown" }));
  const lines = new MapError("all failed", [], errors).summary().split("\n");
  assertEquals([lines.length, lines[1], lines.at(-1)], [1_002, "  item 0: string", "  and 999000 more"]);
});

Deno.test("names of error classes are texts, whatever a minifier calls the classes", () => {
  const classes = ERROR_FILES.flatMap((file) => {
    const source = Deno.readTextFileSync(new URL(`errors/${file}`, SOURCES));
    return [...source.matchAll(/export class (\w+) extends/g)].map(([, name]) => ({ name, source }));
  });
  assertEquals(classes.length, 14);
  for (const { name, source } of classes) assert(source.includes(`nameClass(this, "${name}")`), name);
  class Own extends ConfigurationError {}
  assertEquals(new Own("m").name, "Own", "a class of the user's keeps its name");
});
