import { assertEquals, fail } from "@std/assert";
import { AllFailedError, type AllFailedReason } from "@opero/core";
import { retryAfterMs } from "../../src/retry/retry_after.ts";

const NOW_MS = Date.parse("2026-01-01T00:00:00Z");
const IN_90_S = "Thu, 01 Jan 2026 00:01:30 GMT";

function ask(error: unknown): number | undefined {
  return retryAfterMs(error, NOW_MS);
}

function asHeader(value: unknown): unknown {
  return { headers: { "Retry-After": value } };
}

Deno.test("retryAfterMs() reads retryAfter as seconds", () => {
  assertEquals(ask({ retryAfter: 2 }), 2_000);
  assertEquals(ask({ retryAfter: 0 }), 0);
  assertEquals(ask({ retryAfter: 0.25 }), 250);
  assertEquals(ask({ retryAfter: Infinity }), Infinity);
  assertEquals(ask(Object.assign(new Error("busy"), { retryAfter: 3 })), 3_000);
});

Deno.test("retryAfterMs() reads the header of the error, of its response and of a thrown Response", () => {
  const headers = new Headers({ "retry-after": "7" });
  assertEquals(ask({ headers }), 7_000);
  assertEquals(ask({ response: { headers } }), 7_000);
  assertEquals(ask({ response: new Response(null, { status: 429, headers }) }), 7_000);
  assertEquals(ask(new Response(null, { status: 503, headers })), 7_000);
});

Deno.test("retryAfterMs() finds the header in a plain record, in any case", () => {
  for (const name of ["retry-after", "Retry-After", "RETRY-AFTER"]) {
    assertEquals(ask({ headers: { [name]: "4" } }), 4_000);
    assertEquals(ask({ response: { headers: { [name]: 4 } } }), 4_000);
  }
});

Deno.test("retryAfterMs() looks at the response where the error's own headers do not ask", () => {
  assertEquals(ask({ headers: new Headers(), response: { headers: { "retry-after": "5" } } }), 5_000);
});

Deno.test("retryAfterMs() reads seconds and all three forms of a date", () => {
  assertEquals(ask(asHeader("120")), 120_000);
  assertEquals(ask(asHeader(" 1.5 ")), 1_500);
  assertEquals(ask(asHeader(0)), 0);
  assertEquals(ask(asHeader(IN_90_S)), 90_000);
  assertEquals(ask(asHeader("Thursday, 01-Jan-26 00:01:30 GMT")), 90_000);
  assertEquals(ask(asHeader("Thu Jan  1 00:01:30 2026 GMT")), 90_000);
});

Deno.test("retryAfterMs() waits for nothing where the date has passed", () => {
  assertEquals(ask(asHeader("Wed, 31 Dec 2025 23:59:59 GMT")), 0);
});

Deno.test("retryAfterMs() answers undefined for what asks for nothing it understands", () => {
  const garbage = [
    "",
    "-5",
    "soon",
    "soon 2099",
    "1e9",
    "Infinity",
    "NaN",
    "12 s",
    "0x10",
    "2099-01-01",
    "Thu, sometime",
    null,
  ];
  for (const value of [...garbage, -1, NaN, {}, [], true, undefined]) {
    assertEquals(ask(asHeader(value)), undefined, String(value));
  }
  for (const retryAfter of [-1, NaN, "soon", {}, null]) {
    assertEquals(ask({ retryAfter }), undefined, String(retryAfter));
  }
});

Deno.test("retryAfterMs() looks at the headers where retryAfter is no number it can use", () => {
  assertEquals(ask({ retryAfter: NaN, headers: { "retry-after": "2" } }), 2_000);
  assertEquals(ask({ retryAfter: undefined, headers: { "retry-after": "2" } }), 2_000);
});

Deno.test("retryAfterMs() answers undefined for anything else that was thrown", () => {
  for (const thrown of [undefined, null, 0, "429", 5n, Symbol("x"), () => {}, new Error("no"), { headers: null }]) {
    assertEquals(ask(thrown), undefined);
  }
  assertEquals(ask({ response: null }), undefined);
  assertEquals(ask({ response: "429" }), undefined);
  assertEquals(ask({ headers: "retry-after: 5" }), undefined);
});

Deno.test("retryAfterMs() reads every form of a date as GMT, wherever it runs", async () => {
  const code = `import { retryAfterMs } from ${JSON.stringify(import.meta.resolve("../../src/retry/retry_after.ts"))};
    const now = Date.parse("2026-01-01T00:00:00Z");
    const ask = (date) => retryAfterMs({ headers: { "retry-after": date } }, now);
    console.log(JSON.stringify([${
    JSON.stringify([
      "Thu, 01 Jan 2026 00:01:30 GMT",
      "Thursday, 01-Jan-26 00:01:30 GMT",
      "Thu Jan  1 00:01:30 2026",
      "Thu, 01 Jan 2026 00:01:30",
      "Thu, 01 Jan 2026 01:01:30 +0100",
      "Wed, 31 Dec 2025 19:01:30 -0500",
      "Thu, 01 Jan 2026 00:01:30 UTC",
    ]).slice(1, -1)
  }].map(ask)));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", code],
    env: { TZ: "America/New_York", NO_COLOR: "1" },
  }).output();
  assertEquals(JSON.parse(new TextDecoder().decode(stdout)), Array(7).fill(90_000));
});

Deno.test("retryAfterMs() takes a year of two digits for one of at most 50 years ahead", () => {
  assertEquals(ask(asHeader("Friday, 01-Jan-99 00:00:00 GMT")), 0);
  assertEquals(ask(asHeader("Wednesday, 01-Jan-70 00:00:00 GMT")), Date.UTC(2070, 0, 1) - NOW_MS);
});

Deno.test("retryAfterMs() answers undefined for a date that there is not", () => {
  for (
    const date of ["Thu, 41 Jan 2026 00:01:30 GMT", "Thu, 01 Foo 2026 00:01:30 GMT", "Thu, 01 Jan 2026 25:01:30 GMT"]
  ) {
    assertEquals(ask(asHeader(date)), undefined, date);
  }
});

Deno.test("retryAfterMs() finds the header in headers of every shape, in any case", () => {
  const shapes: unknown[] = [
    { "RETRY-after": "7" },
    { "retry-after": ["7"] },
    new Map([["Retry-After", "7"]]),
    [["content-type", "text/html"], ["Retry-After", "7"]],
    ["Content-Type", "text/html", "Retry-After", "7"],
    new Headers({ "Retry-After": "7" }),
    { get: (name: string) => name === "retry-after" ? "7" : null },
    { get: (name: string) => name === "retry-after" ? ["7"] : [] },
    Object.assign(Object.create(null), { "retry-after": 7 }),
  ];
  for (const headers of shapes) {
    assertEquals(ask({ headers }), 7_000, Deno.inspect(headers));
    assertEquals(ask({ response: { headers } }), 7_000, Deno.inspect(headers));
    assertEquals(ask({ $response: { headers } }), 7_000, Deno.inspect(headers));
  }
});

Deno.test("retryAfterMs() takes the longest of a doubled header", () => {
  const headers = new Headers({ "retry-after": "5" });
  headers.append("retry-after", "9");
  assertEquals(ask({ headers }), 9_000);
  assertEquals(ask(asHeader("9, 5")), 9_000);
  assertEquals(ask(asHeader(["5", "9"])), 9_000);
  assertEquals(ask(asHeader(`5, ${IN_90_S}`)), 90_000);
  assertEquals(ask(asHeader(`${IN_90_S}, ${IN_90_S}`)), 90_000);
  assertEquals(ask({ headers: [["Retry-After", "5"], ["retry-after", "9"]] }), 9_000);
});

Deno.test("retryAfterMs() reads retry-after-ms, which is more exact than retry-after", () => {
  assertEquals(ask({ headers: { "Retry-After-Ms": "1250.5", "retry-after": "2" } }), 1_250.5);
  assertEquals(ask({ headers: new Headers({ "x-ms-retry-after-ms": "300" }) }), 300);
  assertEquals(ask({ headers: { "retry-after-ms": "soon", "retry-after": "2" } }), 2_000);
});

Deno.test("retryAfterMs() reads retryAfter as a text, too", () => {
  assertEquals(ask({ retryAfter: "2" }), 2_000);
  assertEquals(ask({ retryAfter: IN_90_S }), 90_000);
  assertEquals(ask({ retryAfter: "soon", headers: { "retry-after": "3" } }), 3_000);
});

Deno.test("retryAfterMs() looks at what an error stands for where it does not say itself", () => {
  const answer = Object.assign(new Error("busy"), { status: 429, headers: { "retry-after": "20" } });
  assertEquals(ask(new Error("outer", { cause: answer })), 20_000);
  assertEquals(ask(new Error("outer", { cause: new Error("middle", { cause: answer }) })), 20_000);
  assertEquals(ask({ originalError: answer }), 20_000);
  assertEquals(
    ask(Object.assign(new Error("outer", { cause: answer }), { retryAfter: 1 })),
    1_000,
    "its own word first",
  );
  assertEquals(ask(new AggregateError([answer, { retryAfter: 30 }, new Error("mute")])), 30_000);
});

Deno.test("retryAfterMs() finds in a call that was given up for a Retry-After the longest of its attempts", () => {
  const attempt = (error: unknown) => {
    return { number: 1, retry: 0, fallbackIndex: 0, startedAt: new Date(0), duration: 0, error };
  };
  const attempts = [attempt({ retryAfter: 900 }), attempt(new Error("mute"))];
  const failed = (reason: AllFailedReason) => new AllFailedError("failed", { attempts, reason, correlationId: "c" });
  assertEquals(ask(failed("retry_after")), 900_000);
  assertEquals(ask(failed("attempts")), undefined, "the last attempt did not ask");
});

Deno.test("retryAfterMs() ends on causes that go round or have no end", () => {
  const round = new Error("round");
  round.cause = new Error("other", { cause: round });
  assertEquals(ask(round), undefined);
  let deep: unknown = { retryAfter: 5 };
  for (let depth = 0; depth < 100_000; depth++) deep = { cause: deep };
  assertEquals(ask(deep), undefined);
});

Deno.test("retryAfterMs() answers undefined where reading an error throws", () => {
  const throwing = (field: string) => Object.defineProperty({}, field, { get: () => fail("read"), enumerable: true });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const errors = [
    throwing("retryAfter"),
    throwing("headers"),
    throwing("response"),
    throwing("cause"),
    { headers: throwing("retry-after") },
    { headers: throwing("get") },
    { headers: { get: () => fail("called") } },
    { headers: proxy },
    { response: proxy },
    proxy,
  ];
  for (const error of errors) assertEquals(ask(error), undefined);
  assertEquals(
    ask(Object.defineProperty({ headers: { "retry-after": "5" } }, "retryAfter", { get: () => fail("x") })),
    5_000,
  );
});

Deno.test("retryAfterMs() takes time in proportion to the errors that share others", () => {
  let shared: unknown = new Error("mute");
  for (let depth = 0; depth < 7; depth++) shared = new AggregateError(Array(900).fill(shared));
  assertEquals(ask(shared), undefined);
});
