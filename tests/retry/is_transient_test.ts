import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AllFailedError,
  ConfigurationError,
  isTransient,
  RateLimitError,
  ResultError,
  TimeoutError,
} from "@opero/core";
import {
  AbortError,
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  ErrorReply,
  RootNodesUnavailableError,
  SocketClosedUnexpectedlyError,
  SocketTimeoutError,
} from "redis";
import { isAbortError } from "../../src/errors/is_abort_error.ts";
import { importCopiedErrors } from "../support/copied_errors.ts";

/** As ioredis makes the error of a command that its connection did not live to answer: a class named as one of aborts. */
const RedisErrors = {
  AbortError: class AbortError extends Error {
    override get name(): string {
      return this.constructor.name;
    }
  },
};

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

function coded(codes: string): Error[] {
  return codes.trim().split(/\s+/).map((code) => Object.assign(new Error("failed"), { code }));
}

function says(...texts: string[]): Error[] {
  return texts.map((text) => new Error(text));
}

function made(fields: object, text = "failed"): Error {
  return Object.assign(new Error(text), fields);
}

/** By client: errors as it makes them that may be gone at the next attempt. */
const TRANSIENT_BY_CLIENT: Readonly<Record<string, readonly unknown[]>> = {
  "Cloudflare Workers": [
    ...says("Network connection lost.", "D1_ERROR: Network connection lost.", "internal error; reference = 0gdjhuuo"),
    new TypeError("Gzip compressed stream ended prematurely."),
    made({ retryable: true }, "Durable Object reset because its code was updated."),
  ],
  "browsers": [
    new TypeError("Error in body stream"),
    new TypeError("Error in input stream"),
    new TypeError("Failed to fetch (example.test)"),
    new TypeError("The request timed out."),
    new TypeError("Could not connect to the server."),
    new DOMException("A network error occurred.", "NetworkError"),
  ],
  "Deno": [new TypeError("unexpected end of file"), new TypeError("connection error: reset")],
  "Bun": coded(
    "ConnectionRefused ConnectionClosed ZlibError ERR_POSTGRES_CONNECTION_CLOSED ERR_REDIS_CONNECTION_CLOSED",
  ),
  "Node": [
    ...coded("ECONNRESET ESHUTDOWN EADDRNOTAVAIL ETIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT HPE_INVALID_EOF_STATE Z_BUF_ERROR"),
    ...says("socket hang up"),
  ],
  "HTTP/2": coded(`ERR_HTTP2_STREAM_ERROR ERR_HTTP2_STREAM_CANCEL ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_SESSION_ERROR
    ERR_HTTP2_INVALID_SESSION ERR_HTTP2_PING_CANCEL`),
  "undici": [
    ...coded("UND_ERR_SOCKET UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT"),
    made({ code: "UND_ERR_RESPONSE", statusCode: 503 }),
    made({ code: "UND_ERR_INFO" }, 'HTTP/2: "stream error" received - code 7'),
    new TypeError("terminated", { cause: made({ code: "UND_ERR_SOCKET" }, "other side closed") }),
  ],
  "node-fetch": [
    ...says("Premature close of server response while trying to fetch http://example.test/"),
    made({ type: "system", code: "ECONNREFUSED", errno: "ECONNREFUSED" }),
    made({ type: "request-timeout" }, "network timeout at: http://example.test/"),
    made({ type: "body-timeout" }, "Response timeout while trying to fetch http://example.test/ (over 5ms)"),
  ],
  "axios": [
    ...coded("ERR_NETWORK ECONNABORTED ETIMEDOUT"),
    made({ code: "ERR_BAD_RESPONSE", status: 503, response: { status: 503, headers: {} } }),
    made({ code: "ERR_BAD_RESPONSE", status: 200, response: { status: 200 } }, "stream has been aborted"),
  ],
  "got": [
    made({ name: "HTTPError", code: "ERR_NON_2XX_3XX_RESPONSE", response: { statusCode: 502 } }),
    made({ name: "TimeoutError", code: "ETIMEDOUT", event: "request" }),
    made({ name: "ReadError", code: "ERR_READING_RESPONSE_STREAM", response: { statusCode: 200 } }),
    made({ name: "ReadError", code: "ECONNRESET", response: { statusCode: 200 } }),
  ],
  "gRPC": [
    made({ code: 14, details: "No connection established", metadata: {} }, "14 UNAVAILABLE: No connection established"),
    made({ code: 4, details: "Deadline exceeded", metadata: {} }, "4 DEADLINE_EXCEEDED: Deadline exceeded"),
    made({ code: 8, details: "quota", metadata: {} }, "8 RESOURCE_EXHAUSTED: quota"),
    made({ code: 10, details: "lost", metadata: {} }, "10 ABORTED: lost"),
    made({ name: "ConnectError", code: 14, rawMessage: "gone", details: [], metadata: new Headers() }),
    ...coded("UNAVAILABLE DEADLINE_EXCEEDED RESOURCE_EXHAUSTED functions/unavailable deadline-exceeded"),
  ],
  "AWS": [
    made({ $metadata: { httpStatusCode: 503 } }),
    made({ name: "ThrottlingException", $fault: "client", $metadata: { httpStatusCode: 400 } }),
    made({ name: "ProvisionedThroughputExceededException", $metadata: { httpStatusCode: 400 } }),
    made({ name: "SlowDown", $metadata: { httpStatusCode: 503 } }),
    made({ name: "Odd", $retryable: { throttling: true }, $metadata: { httpStatusCode: 400 } }),
    made({ name: "Odd", $retryable: {}, $metadata: {} }),
    made({ code: "RequestLimitExceeded", statusCode: 400, retryable: true }),
  ],
  "pg": [
    ...coded("57P01 57P02 57P03 57P05 08000 08006 08P01 53300 40001 40P01 55P03"),
    ...says("Connection terminated unexpectedly", "Connection terminated due to connection timeout", "timeout expired"),
    ...says(
      "timeout exceeded when trying to connect",
      "Client has encountered a connection error and is not queryable",
    ),
  ],
  "postgres.js": coded("CONNECTION_CLOSED CONNECT_TIMEOUT 57P01"),
  "mysql": [
    ...coded(`PROTOCOL_CONNECTION_LOST PROTOCOL_SEQUENCE_TIMEOUT ER_CON_COUNT_ERROR ER_TOO_MANY_USER_CONNECTIONS
      ER_SERVER_SHUTDOWN ER_LOCK_DEADLOCK ER_LOCK_WAIT_TIMEOUT`),
    made({ code: "ER_X", sqlState: "40001" }),
    ...says("Can't add new command when connection is in closed state"),
  ],
  "Redis": [
    ...says("LOADING Redis is loading the dataset in memory", "READONLY You can't write against a read only replica."),
    ...says("CLUSTERDOWN The cluster is down", "TRYAGAIN Multiple keys request during rehashing of slot"),
  ],
  "MongoDB": [
    made({ code: 91, codeName: "ShutdownInProgress" }),
    made({ code: 10107, codeName: "NotWritablePrimary" }),
    made({ code: 112, codeName: "WriteConflict", errorLabels: ["TransientTransactionError"] }),
    made({ code: 64, codeName: "WriteConcernFailed", errorLabels: ["ResetPool", "RetryableWriteError"] }),
  ],
  "mysql2": says("Queue limit reached.", "No connections available."),
  "RabbitMQ": says(
    "Socket closed abruptly during opening handshake",
    "connect ETIMEDOUT",
    "Heartbeat timeout",
    "Unexpected close",
    "Channel ended, no reply will be forthcoming",
    "channel closed",
    "Connection closed (Error: read ECONNRESET)",
    "Connection closed (Error: Heartbeat timeout)",
    `Connection closed: 320 (CONNECTION-FORCED) with message "CONNECTION_FORCED - reason 'shutdown'"`,
  ),
  "NATS": [
    new Error("no responders: 'jobs'", { cause: made({ name: "NoResponders" }, "no responders: 'jobs'") }),
    ...says("connection closed", "error connecting - node provided an undefined error"),
  ],
  "Anthropic": [made({ status: 529, type: "overloaded_error" }), made({ status: undefined, type: "overloaded_error" })],
  "SQLite": [...coded("SQLITE_BUSY SQLITE_LOCKED_SHAREDCACHE"), made({ code: "ERR_SQLITE_ERROR", errcode: 261 })],
  "wrappers": [
    made({ name: "SequelizeConnectionError", original: made({ code: "ECONNREFUSED" }) }),
    made({ name: "QueryFailedError", driverError: made({ code: "40P01" }) }),
    new Error("outer", { cause: new Error("middle", { cause: { statusCode: 429 } }) }),
    new ResultError("load", new Response(null, { status: 503 })),
    new ResultError("load", { status: 502, headers: {}, data: "" }),
    ...coded("P1001 P1017 P2034"),
  ],
};

for (const [client, errors] of Object.entries(TRANSIENT_BY_CLIENT)) {
  Deno.test(`isTransient() knows the errors of ${client}`, () => {
    for (const error of errors) assert(isTransient(error), Deno.inspect(error));
  });
}

Deno.test("isTransient() knows the errors of ioredis, and the real ones of redis", () => {
  const lost = new RedisErrors.AbortError("Command aborted due to connection close");
  for (const error of [lost, new Error("Connection is closed."), new Error("Command timed out")]) {
    assert(isTransient(error), error.message);
  }
  for (
    const type of [SocketClosedUnexpectedlyError, ConnectionTimeoutError, ClientOfflineError, RootNodesUnavailableError]
  ) {
    assert(isTransient(new type()), type.name);
  }
  assert(isTransient(new SocketTimeoutError(50)));
  for (
    const error of [new ClientClosedError(), new AbortError(), new ErrorReply("WRONGTYPE Operation against a key")]
  ) {
    assert(!isTransient(error), error.message);
  }
});

Deno.test("isTransient() is false for errors of clients that come again", () => {
  const errors = [
    ...coded("42P01 23505 28P01 57014 22P02 ER_DUP_ENTRY ER_ACCESS_DENIED_ERROR ERR_BAD_OPTION UND_ERR_INVALID_ARG"),
    ...coded(
      "ERR_INVALID_URL CERT_HAS_EXPIRED ERR_UNSUPPORTED_PROTOCOL CONNECTION_ENDED UND_ERR_CLOSED POOL_CLOSED P2002",
    ),
    made({ code: 3, details: "bad", metadata: {} }, "3 INVALID_ARGUMENT: bad"),
    made({ code: 5, details: "none", metadata: {} }, "5 NOT_FOUND: none"),
    made({ code: 14, codeName: "TypeMismatch" }),
    made({ code: 8, cmd: "wget", killed: false }),
    new DOMException("no", "NamespaceError"),
    made({ name: "AccessDeniedException", $metadata: { httpStatusCode: 403 } }),
    made({ name: "ValidationException", $metadata: { httpStatusCode: 400 } }),
    made({ code: "ECONNRESET", status: 404 }),
    made({ code: "ERR_BAD_REQUEST", status: 404, response: { status: 404 } }),
    made({ code: "ERR_NON_2XX_3XX_RESPONSE", response: { statusCode: 404 } }),
    new ResultError("load", new Response(null, { status: 404 })),
    new ResultError("load", "no status"),
    new ConfigurationError("no"),
    made({ code: 11000, codeName: "DuplicateKey", errorLabels: [] }),
    made({ code: 13, codeName: "Unauthorized" }),
    made({ status: 400, type: "invalid_request_error" }),
    ...says(
      "Channel closed",
      "Connection closed (by client)",
      `Connection closed: 530 (NOT-ALLOWED) with message "NOT_ALLOWED - vhost none not found"`,
      "closed connection",
      "Pool is closed.",
    ),
    ...says("Connection terminated", "timeout", "NOAUTH Authentication required."),
  ];
  for (const error of errors) assert(!isTransient(error), Deno.inspect(error));
});

Deno.test("isTransient() and isAbortError() know what clients throw for an abort", () => {
  const aborts = [
    made({ name: "AbortError", code: "UND_ERR_ABORTED" }, "Request aborted"),
    made({ code: "UND_ERR_ABORTED" }),
    made({ name: "CanceledError", code: "ERR_CANCELED" }, "canceled"),
    made({ code: "ERR_CANCELED" }),
    { message: "canceled", __CANCEL__: true },
    made({ name: "AbortError", code: "ERR_ABORTED" }, "This operation was aborted."),
    made({ name: "CancelError" }, "Promise was canceled"),
    made({ code: "ABORT_ERR" }, "The operation was aborted"),
    made({ type: "aborted" }, "The operation was aborted."),
    new AbortError(),
    made({ code: "ERR_CANCELED", cause: { status: 503 }, status: 503 }),
  ];
  for (const error of aborts) {
    assert(isAbortError(error), Deno.inspect(error));
    assert(!isTransient(error), Deno.inspect(error));
  }
  for (
    const error of [new Error("canceled"), undefined, null, "AbortError", new DOMException("late", "TimeoutError")]
  ) {
    assert(!isAbortError(error), Deno.inspect(error));
  }
});

Deno.test("isTransient() knows this library's TimeoutError by its code, of another copy and renamed, too", async () => {
  const copy = await importCopiedErrors();
  const renamed = Object.defineProperty(new TimeoutError("late", 5), "name", { value: "x" });
  assert(isTransient(new copy.TimeoutError("late", 5)));
  assert(isTransient(renamed));
  assert(!isTransient(made({ code: "TIMEOUT" })), "the code alone may be anybody's");
});

Deno.test("isTransient() takes time in proportion to the errors that share others", () => {
  let shared: unknown = made({ status: 503 });
  for (let depth = 0; depth < 7; depth++) {
    shared = new AggregateError([made({ code: "ECONNRESET" }), ...Array(900).fill(shared)]);
  }
  assert(isTransient(shared));
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
