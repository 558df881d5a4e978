import { assertEquals } from "@std/assert";
import { retryAfterMs } from "../src/retry_after.ts";

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
