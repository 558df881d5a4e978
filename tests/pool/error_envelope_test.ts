import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { AllFailedError, isOperoError, TimeoutError } from "@opero/core";
import { openEnvelope, sealError } from "../../src/pool/error_envelope.ts";
import { knownErrorClasses } from "../../src/pool/known_errors.ts";
import type { ErrorClass } from "../../src/pool/pool.ts";

/** What `thrown` becomes on its way. */
function cross(thrown: unknown, ...known: ErrorClass[]): unknown {
  return openEnvelope(structuredClone(sealError(thrown)), knownErrorClasses(known));
}

class HttpError extends Error {
  override readonly name: string = "HttpError";
  readonly status: number;
  constructor(status: number, options?: ErrorOptions) {
    super(`status ${status}`, options);
    this.status = status;
  }
}

class NotFound extends HttpError {}

Deno.test("openEnvelope() gives back a native error with message, stack, cause and own fields", () => {
  const error = Object.assign(new RangeError("far", { cause: new TypeError("deep") }), { code: "E_FAR", at: [1] });
  const back = cross(error) as typeof error;
  assertInstanceOf(back, RangeError);
  assertEquals([back.message, back.stack, back.code, back.at], ["far", error.stack, "E_FAR", [1]]);
  assertInstanceOf(back.cause, TypeError);
  assertEquals(Object.keys(back), ["code", "at"]);
});

Deno.test("openEnvelope() makes an error an instance of the nearest class it knows", () => {
  const known = cross(new NotFound(404), HttpError) as HttpError;
  assertInstanceOf(known, HttpError);
  assertEquals(known.status, 404);
  const unknown = cross(new NotFound(404)) as HttpError;
  assert(!(unknown instanceof HttpError));
  assertEquals([unknown.name, unknown.status], ["HttpError", 404]);
});

Deno.test("openEnvelope() gives back errors of this library, with all they hold", () => {
  const attempt = { number: 1, retry: 0, fallbackIndex: undefined, startedAt: new Date(0), duration: 1 };
  const error = new AllFailedError("all", {
    attempts: [{ ...attempt, error: new HttpError(500) }],
    reason: "attempts",
    correlationId: "id",
  });
  const back = cross(error, HttpError) as AllFailedError;
  assertInstanceOf(back, AllFailedError);
  assert(isOperoError(back));
  assertInstanceOf(back.errors[0], HttpError);
  assertInstanceOf(back.cause, HttpError);
  assertEquals(back.attempts[0]?.startedAt, new Date(0));
  assertEquals(back.summary(), error.summary());
  assertEquals((cross(new TimeoutError("late", 50)) as TimeoutError).timeout, 0.05);
});

Deno.test("openEnvelope() gives back what is no error as it was", () => {
  for (const thrown of [undefined, null, 0, "text", 1n, [1, [2]], { status: 429 }, new Map([[1, 2]])]) {
    assertEquals(cross(thrown), thrown);
  }
});

Deno.test("openEnvelope() gives back an AbortError, an AggregateError and a Response", () => {
  const abort = cross(new DOMException("stop", "AbortError")) as DOMException;
  assertInstanceOf(abort, DOMException);
  assertEquals([abort.name, abort.message], ["AbortError", "stop"]);
  const many = cross(new AggregateError([new TypeError("one"), "two"], "both")) as AggregateError;
  assertInstanceOf(many.errors[0], TypeError);
  assertEquals(many.errors[1], "two");
  const response = cross(new Response(null, { status: 503, headers: { "retry-after": "2" } })) as Response;
  assertEquals([response.status, response.headers.get("retry-after")], [503, "2"]);
});

Deno.test("sealError() leaves out what cannot be cloned, and ends where errors go in a circle", () => {
  const error: Error & { on?: unknown; sign?: unknown } = new Error("round");
  error.cause = error;
  error.on = () => {};
  error.sign = Symbol("s");
  const back = cross(error) as typeof error;
  assertEquals([back.message, (back.cause as Error).message, "on" in back, "sign" in back], [
    "round",
    "round",
    false,
    false,
  ]);
});
