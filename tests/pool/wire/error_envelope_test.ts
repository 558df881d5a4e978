import { serialize } from "node:v8";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { AllFailedError, isOperoError, TimeoutError } from "@opero/core";
import { openEnvelope, sealError } from "../../../src/pool/wire/error_envelope.ts";
import { knownErrorClasses } from "../../../src/pool/known_errors.ts";
import type { ErrorClass } from "../../../src/pool/wire/error_class.ts";

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

Deno.test("sealError() keeps what is shared or cyclic in an error, in time linear in what it holds", () => {
  const agents: Record<string, unknown>[] = Array.from({ length: 200 }, (_, id) => ({ id }));
  for (const agent of agents) agent.others = agents;
  const request = { url: "/a", agents };
  const error = Object.assign(new Error("status 404"), { request, response: { request, status: 404 } });
  const back = cross(error) as typeof error;
  assertStrictEquals(back.response.request, back.request);
  assertEquals([back.response.status, back.request.url], [404, "/a"]);
  assertStrictEquals(back.request.agents[0]!.others, back.request.agents);
  let chain = new Error("innermost");
  for (let level = 0; level < 1_500; level++) chain = new Error(String(level), { cause: chain });
  assertEquals(((cross(chain) as Error).cause as Error).message, "1498");
});

Deno.test("sealError() cuts an error at 64 KB, and what is near it crosses before what is far", () => {
  const size = (value: unknown) => serialize(sealError(value)).length;
  const body = "x".repeat(10_000_000);
  const rows = Array.from({ length: 1_000_000 }, (_, id) => id);
  const errors = [
    Object.assign(new Error("short"), { body, code: "E_BODY", bytes: new Uint8Array(1_000_000) }),
    Object.assign(new Error("short"), { rows, code: "E_ROWS", map: new Map([[rows, body]]), set: new Set(rows) }),
    Object.assign(new Error(body), { code: "E_MESSAGE" }),
    Object.assign(new Error("short"), Object.fromEntries(rows.slice(0, 50_000).map((id) => [`key${id}`, { id }]))),
    Object.assign(new Error("short"), {
      texts: rows.slice(0, 2_000).map((id) => `${id}`.repeat(200)),
      code: "E_TEXTS",
    }),
  ];
  for (const error of errors) {
    assert(size(error) < 4 * 65_536, `${size(error)} bytes`);
    const back = cross(error) as Error & { code?: string };
    assertEquals([back.code, back.constructor], [(error as { code?: string }).code, Error]);
    assert(back.stack!.length > 20);
  }
  assertEquals((cross(errors[2]) as Error).message.slice(0, 1_000), body.slice(0, 1_000));
  const medium = new Error("y".repeat(50_000));
  const back = cross(medium) as Error;
  assertEquals([back.message, back.stack], [medium.message, medium.stack]);
  assertEquals((cross(body) as string).length, 65_536 - 8);
});

Deno.test("sealError() reads whatever throws when it is looked at as not there", () => {
  const throwing = (key: string) =>
    Object.defineProperty(new RangeError("shown"), key, {
      enumerable: true,
      get() {
        throw new TypeError("no template");
      },
    });
  for (const key of ["message", "stack", "name", "cause", "code", "toString"]) {
    const back = cross(throwing(key)) as Error;
    assertInstanceOf(back, RangeError);
    assertEquals(
      Reflect.get(back, key) === undefined || key === "message" || key === "name" || key === "toString",
      true,
    );
  }
  assertEquals(Object.hasOwn(cross(throwing("message")) as Error, "message"), false);
  const trap = () => {
    throw new TypeError("trapped");
  };
  const proxies = [{ ownKeys: trap }, { get: trap }, { getPrototypeOf: trap }].map((traps) =>
    new Proxy(new Error("in"), traps)
  );
  for (const value of [...proxies, ...proxies.map((proxy) => Object.assign(new Error("out"), { proxy }))]) {
    structuredClone(sealError(value));
  }
  structuredClone(sealError(new Proxy(new Date(), {})));
  assertEquals(cross({ when: new Proxy(new Date(), {}), id: 1 }), { id: 1 });
});

Deno.test("openEnvelope() gives back messages, names and stacks that are no text, and frozen errors", () => {
  const error = Object.freeze(Object.assign(new Error(), { message: { text: "a" }, name: 5, stack: 7 }));
  const back = cross(error) as unknown as Record<string, unknown>;
  assertEquals([back.message, back.name, back.stack], [{ text: "a" }, 5, 7]);
});

Deno.test("openEnvelope() gives back the name an error had, whether its class is known or not", () => {
  class Plain extends Error {}
  class Named extends Error {
    override get name(): string {
      return "Custom";
    }
  }
  assertEquals(
    [cross(new Plain()), cross(new Named()), cross(new Plain(), Plain), cross(new Named(), Named)].map((each) =>
      (each as Error).name
    ),
    [
      "Plain",
      "Custom",
      "Error",
      "Custom",
    ],
  );
  const suppressed = cross(new SuppressedError(new RangeError("a"), new TypeError("b"), "both")) as SuppressedError;
  assertInstanceOf(suppressed, SuppressedError);
  assertInstanceOf(suppressed.suppressed, TypeError);
});

Deno.test("openEnvelope() gives back headers and addresses in an error, of which a retry may ask", () => {
  const headers = new Headers({ "retry-after": "2" });
  const back = cross(Object.assign(new Error("late"), { headers, url: new URL("http://localhost/a") })) as
    & Error
    & { headers: Headers; url: URL };
  assertEquals([back.headers.get("retry-after"), back.url.href], ["2", "http://localhost/a"]);
});
