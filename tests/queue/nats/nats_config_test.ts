import { natsEngine } from "@opero/core/nats";
import { assertEquals, assertThrows } from "@std/assert";
import { natsAddress } from "../../../src/queue/nats/nats_config.ts";
import { ConfigurationError } from "@opero/core";

Deno.test("natsAddress() takes credentials out of URLs, which the client does not read there", () => {
  assertEquals(natsAddress({}), { servers: ["nats://127.0.0.1:4222"] });
  assertEquals(natsAddress({ servers: "queue" }), { servers: ["queue"] });
  assertEquals(natsAddress({ servers: ["nats://a:80", "TLS://[::1]:4223"] }), {
    servers: ["nats://a:80", "tls://[::1]:4223"],
  });
  const user = natsAddress({ servers: ["nats://ada:p%40ss@a:1", "b:2"] });
  assertEquals(user, { servers: ["nats://a:1", "b:2"], user: "ada", pass: "p@ss" });
  assertEquals(natsAddress({ servers: "nats://secret@a" }), { servers: ["nats://a"], token: "secret" });
});

Deno.test("natsAddress() hands the client its own options", () => {
  const connect = { user: "eve", tls: { caFile: "ca.pem" } };
  const address = natsAddress({ servers: "nats://ada:secret@a", connect });
  assertEquals(address, { servers: ["nats://a"], pass: "secret", ...connect });
});

Deno.test("natsEngine() refuses wrong options, and names no secret", () => {
  const secret = "canary-7f3a";
  const connection = { subscribe: () => {} };
  const messages = [
    { servers: `http://user:${secret}@queue:4222` },
    { servers: `nats://user:${secret}@queue:4222/path` },
    { servers: [] },
    { connect: `nats://${secret}` },
    { servers: `nats://user:${secret}@queue`, connection },
    { prefix: "a.b" },
    { replicas: 2 },
    { user: secret },
    // deno-lint-ignore no-explicit-any -- wrong on purpose
  ].map((config: any) => assertThrows(() => natsEngine(config), ConfigurationError).message);
  assertEquals(messages, [
    "Cannot open the NATS engine as 'servers' must be a URL of the form nats://user:password@host:port, or a list of them: received a string",
    "Cannot open the NATS engine as 'servers' must be a URL of the form nats://user:password@host:port, or a list of them: received a string",
    "Cannot open the NATS engine as 'servers' must be a URL of the form nats://user:password@host:port, or a list of them: received an empty array",
    "Cannot open the NATS engine as 'connect' must be an object: received a string",
    "Cannot open the NATS engine as 'servers' must be left out where 'connection' is given: received a string",
    "Cannot open the NATS engine as 'prefix' must be 1 to 32 letters, digits, '_' or '-': received \"a.b\"",
    "Cannot open the NATS engine as 'replicas' must be 1, 3 or 5: received 2",
    "Cannot open the NATS engine as 'user' must be a known option: received a string",
  ]);
});
