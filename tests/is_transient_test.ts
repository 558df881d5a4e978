import { assert, assertEquals, assertRejects } from "@std/assert";
import { AllFailedError, isTransient, RateLimitError, TimeoutError } from "@opero/core";

Deno.test("isTransient() knows the text of a failed fetch on each runtime", () => {
  const texts = [
    "error sending request for url (https://x.test/): client error (Connect): tcp connect error",
    "client error (SendRequest): connection closed before message completed",
    "error reading a body from connection",
    "error decoding response body",
    "connection closed before message completed",
    "fetch failed",
    "terminated",
    "other side closed",
    "Failed to fetch",
    "network error",
    "NetworkError when attempting to fetch resource.",
    "Load failed",
    "The network connection was lost.",
    "The Internet connection appears to be offline.",
    "Network connection lost.",
    "Network request failed",
  ];
  for (const text of texts) assert(isTransient(new TypeError(text)), text);
});

Deno.test("isTransient() is false for a TypeError that is a bug", () => {
  const texts = [
    "x is not a function",
    "Cannot read properties of undefined (reading 'fetch failed')",
    "Invalid URL: 'nowhere'",
    "Failed to construct 'Request'",
    "Fetch failed: Requests to port 1 are blocked",
    "",
  ];
  for (const text of texts) assert(!isTransient(new TypeError(text)), text);
  assert(!isTransient(new Error("fetch failed")), "only a TypeError bears that text");
});

Deno.test("isTransient() knows the statuses that pass, wherever they stand", () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    assert(isTransient({ status }), `${status}`);
    assert(isTransient(Object.assign(new Error("http"), { statusCode: status })));
    assert(isTransient({ response: { status } }));
    assert(isTransient(new Response(null, { status })));
    assert(isTransient(new Error("outer", { cause: { status } })));
  }
  for (const status of [200, 301, 400, 401, 403, 404, 409, 410, 422, 501, 505, 511, 0, NaN]) {
    assert(!isTransient({ status }), `${status}`);
  }
});

Deno.test("isTransient() knows lost connections and time-outs by code and name, also as the cause", () => {
  for (const code of ["ECONNRESET", "ECONNREFUSED", "ETIMEDOUT", "EPIPE", "EAI_AGAIN", "UND_ERR_SOCKET"]) {
    assert(isTransient(Object.assign(new Error("lost"), { code })), code);
    assert(isTransient(new TypeError("outer", { cause: Object.assign(new Error("lost"), { code }) })), code);
  }
  assert(isTransient(new Deno.errors.ConnectionReset("lost")));
  assert(isTransient(new DOMException("late", "TimeoutError")));
  assert(isTransient(new TimeoutError("late", 5)));
  for (const code of ["ENOENT", "EACCES", "ERR_INVALID_URL", 1]) {
    assert(!isTransient(Object.assign(new Error("no"), { code })), String(code));
  }
});

Deno.test("isTransient() is false for an AbortError, whatever it stands for", () => {
  assert(!isTransient(new DOMException("stop", "AbortError")));
  assert(!isTransient(Object.assign(new Error("stop"), { name: "AbortError", status: 503 })));
});

Deno.test("isTransient() takes addresses that were tried in parallel for transient where each is", () => {
  const reset = Object.assign(new Error("lost"), { code: "ECONNRESET" });
  assert(isTransient(new AggregateError([reset, reset])));
  assert(!isTransient(new AggregateError([reset, new Error("bug")])));
  assert(!isTransient(new AggregateError([])));
});

Deno.test("isTransient() judges an AllFailedError by its last attempt", () => {
  const failed = (error: unknown) =>
    new AllFailedError("All failed", {
      attempts: [{ number: 1, retry: 0, fallbackIndex: undefined, startedAt: new Date(0), duration: 0, error }],
      reason: "attempts",
      correlationId: "c",
    });
  assert(isTransient(failed({ status: 503 })));
  assert(!isTransient(failed(new Error("bug"))));
  assert(!isTransient(new RateLimitError("wait", 10)));
});

Deno.test("isTransient() ends on causes that go round, and on errors that hold themselves many times", () => {
  const round = new Error("round");
  round.cause = round;
  assert(!isTransient(round));
  const wide = new AggregateError([]);
  wide.errors = Array.from({ length: 60 }, () => wide);
  assert(!isTransient(wide));
});

Deno.test("isTransient() is false for anything else that was thrown", () => {
  for (const thrown of [undefined, null, 503, "ECONNRESET", true, 5n, Symbol("503"), () => {}, {}, []]) {
    assertEquals(isTransient(thrown), false);
  }
});

Deno.test("isTransient() knows a real fetch to a closed port", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  assert(isTransient(await assertRejects(() => fetch(`http://127.0.0.1:${port}/`), TypeError)));
});

async function withServer(answer: string, use: (url: string) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4_096));
      await connection.write(new TextEncoder().encode(answer));
      connection.close();
    }
  })();
  await use(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/`);
  listener.close();
  await serving;
}

Deno.test("isTransient() knows a real fetch whose connection is closed without an answer", async () => {
  await withServer("", async (url) => {
    assert(isTransient(await assertRejects(() => fetch(url), TypeError)));
  });
});

Deno.test("isTransient() knows a real body that breaks off", async () => {
  await withServer("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc", async (url) => {
    assert(isTransient(await assertRejects(async () => await (await fetch(url)).text(), TypeError)));
  });
});

Deno.test("isTransient() knows a real name that is not found, and a real time-out", async () => {
  assert(isTransient(await assertRejects(() => fetch("http://nowhere.invalid/"), TypeError)));
  assert(isTransient(await assertRejects(() => fetch("http://nowhere.invalid/", { signal: AbortSignal.timeout(0) }))));
});

Deno.test("isTransient() is false for a real fetch of what is no URL", async () => {
  assert(!isTransient(await assertRejects(() => fetch("no url at all"), TypeError)));
});
