import { assert, assertEquals, assertRejects } from "@std/assert";
import { openHealthServer } from "../../src/runtime/health_server.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };

Deno.test("openHealthServer() answers with the status and the text for a path, without its query", async () => {
  const server = await openHealthServer(LOCAL, (path) => ({ status: path === "/ready" ? 200 : 503, body: { path } }));
  const ask = (path: string, method = "GET") => fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  const ready = await ask("/ready?probe=1");
  assertEquals([ready.status, ready.headers.get("cache-control"), await ready.json()], [200, "no-store", {
    path: "/ready",
  }]);
  const other = await ask("/other");
  assertEquals([other.status, await other.json()], [503, { path: "/other" }]);
  const head = await ask("/ready", "HEAD");
  assertEquals([head.status, await head.text()], [200, ""]);
  const posted = await ask("/ready", "POST");
  assertEquals([posted.status, await posted.json()], [405, { error: "GET or HEAD" }]);
  server.close();
});

Deno.test("openHealthServer() rejects where the port is taken", async () => {
  const server = await openHealthServer(LOCAL, () => ({ status: 200, body: {} }));
  assert(server.port > 0);
  await assertRejects(
    () => openHealthServer({ ...LOCAL, port: server.port }, () => ({ status: 200, body: {} })),
    Error,
    "EADDRINUSE",
  );
  server.close();
});
