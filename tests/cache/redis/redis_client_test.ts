import { assertEquals, assertThrows } from "@std/assert";
import { adoptRedisClient } from "../../../src/cache/redis/redis_client.ts";
import { ConfigurationError } from "../../../src/errors.ts";

/** A sender that answers with its name and what it was given. */
const sender = (name: string) => (...given: unknown[]) => Promise.resolve([name, ...given]);

const nodeRedis = (name = "sent") => ({ isOpen: true, sendCommand: sender(name) });
const ioRedis = (name = "called") => ({ call: sender(name) });
const masters = ["one", "two"];
const CLIENTS = {
  "node-redis": nodeRedis(),
  "a cluster of node-redis": { masters, nodeClient: nodeRedis, sendCommand: sender("sent") },
  ioredis: ioRedis(),
  "a cluster of ioredis": {
    ...ioRedis(),
    options: { keyPrefix: "app:" },
    nodes: (role: string) => role === "master" ? masters.map(ioRedis) : [],
  },
  "deno.land/x/redis": { isConnected: true, sendCommand: sender("sent") },
};

/** What the client does about two commands with a key, and each of its servers about one without. */
const EXPECTED: Record<keyof typeof CLIENTS, unknown> = {
  "node-redis": [["sent", ["GET", "k"]], ["sent", ["SET", "k", "v"]], [["sent", ["SCAN", "0"]]], ""],
  "a cluster of node-redis": [
    ["sent", "k", true, ["GET", "k"]],
    ["sent", "k", false, ["SET", "k", "v"]],
    [["one", ["SCAN", "0"]], ["two", ["SCAN", "0"]]],
    "",
  ],
  ioredis: [["called", "GET", "k"], ["called", "SET", "k", "v"], [["called", "SCAN", "0"]], ""],
  "a cluster of ioredis": [
    ["called", "GET", "k"],
    ["called", "SET", "k", "v"],
    [["one", "SCAN", "0"], ["two", "SCAN", "0"]],
    "app:",
  ],
  "deno.land/x/redis": [["sent", "GET", ["k"]], ["sent", "SET", ["k", "v"]], [["sent", "SCAN", ["0"]]], ""],
};

for (const [name, client] of Object.entries(CLIENTS)) {
  Deno.test(`adoptRedisClient() sends commands as ${name} takes them, to replicas only what reads`, async () => {
    const { send, nodes, clientKeyPrefix } = adoptRedisClient(client, "open the test");
    const ofNodes = await Promise.all((await nodes()).map((node) => node("SCAN", "0")));
    const found = [await send("GET", "k"), await send("SET", "k", "v"), ofNodes, clientKeyPrefix];
    assertEquals(found, EXPECTED[name as keyof typeof CLIENTS]);
  });
}

Deno.test("adoptRedisClient() refuses what is no client, and shows nothing of it", () => {
  for (const client of [{}, { sendCommand: sender("secret") }, { isOpen: true }, { call: "secret" }, null, "secret"]) {
    const { message } = assertThrows(() => adoptRedisClient(client, "open the test"), ConfigurationError);
    const start = "Cannot open the test as 'client' must be a connected client of node-redis (npm:redis), ioredis or ";
    assertEquals([message.startsWith(start), message.includes("secret")], [true, false], message);
  }
});
