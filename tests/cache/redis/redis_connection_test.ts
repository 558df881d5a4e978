import { assertEquals, assertRejects } from "@std/assert";
import { RedisConnection } from "../../../src/cache/redis/redis_connection.ts";
import { RedisError } from "../../../src/cache/redis/redis_error.ts";
import type { OwnedRedisClient } from "../../../src/cache/redis/redis_session.ts";
import { SystemClock } from "../../../src/time/system_clock.ts";

/** A client that answers with what it was sent, and tells what was done to it. */
class FakeClient implements OwnedRedisClient {
  readonly done: string[] = [];
  #onError: (error: unknown) => void = () => {};
  connect(): Promise<unknown> {
    return Promise.resolve();
  }
  sendCommand(args: readonly string[]): Promise<unknown> {
    return Promise.resolve(args.join(" "));
  }
  on(_event: "error", listener: (error: unknown) => void): void {
    this.#onError = listener;
  }
  fail(error: Error): void {
    this.#onError(error);
  }
  destroy = () => void this.done.push("destroy");
  ref = () => void this.done.push("ref");
  unref = () => void this.done.push("unref");
}

function connectionTo(...clients: FakeClient[]): RedisConnection {
  return new RedisConnection({
    createClient: () => Promise.resolve(clients.shift()!),
    connectTimeoutMs: 100,
    replyTimeoutMs: 100,
    clock: new SystemClock(),
  });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, RedisError)).code;
}

Deno.test("RedisConnection.send() lets the program live only while an answer is due", async () => {
  const client = new FakeClient();
  const connection = connectionTo(client);
  assertEquals(await connection.send("PING"), "PING");
  await Promise.all([connection.send("A"), connection.send("B")]);
  assertEquals(client.done, ["unref", "ref", "unref", "ref", "unref"]);
  connection.close();
});

Deno.test("RedisConnection.send() takes another connection when one is lost as soon as it is made", async () => {
  const lost = new FakeClient();
  lost.connect = () => {
    const connected = Promise.resolve();
    // Right between the two: after the client has connected, before its first command.
    connected.then(() => {}).then(() => lost.fail(new Error("secret")));
    return connected;
  };
  const connection = connectionTo(lost, new FakeClient());
  assertEquals(await codeOf(connection.send("A")), "ECONNRESET");
  assertEquals(lost.done, ["destroy"]);
  assertEquals(await connection.send("B"), "B");
  connection.close();
});

Deno.test("RedisConnection.send() tells why it cannot connect, and tries anew the next time", async () => {
  const refused = new FakeClient();
  refused.connect = () => {
    const error = Object.assign(new Error("secret"), { code: "ECONNREFUSED" });
    refused.fail(error);
    return Promise.reject(error);
  };
  const hanging = new FakeClient();
  hanging.connect = () => new Promise(() => {});
  const connection = connectionTo(refused, hanging, new FakeClient());
  assertEquals(await codeOf(connection.send("A")), "ECONNREFUSED");
  assertEquals(await codeOf(connection.send("B")), "ETIMEDOUT");
  assertEquals(await connection.send("C"), "C");
  connection.close();
});

Deno.test("RedisConnection.send() lets go of a connection that comes about too late", async () => {
  const late = new FakeClient();
  const { promise, resolve } = Promise.withResolvers<void>();
  late.connect = () => promise;
  const connection = connectionTo(late);
  const failed = codeOf(connection.send("A"));
  await undefined;
  await undefined;
  connection.close();
  assertEquals(await failed, "CLOSED");
  resolve();
  await promise;
  assertEquals(late.done, ["destroy", "destroy"]);
});

Deno.test("RedisConnection.send() gives up a server that owes an answer for too long", async () => {
  const silent = new FakeClient();
  const { promise, reject } = Promise.withResolvers<never>();
  silent.sendCommand = () => promise;
  silent.destroy = () => void reject(new Error("secret"));
  const connection = connectionTo(silent, new FakeClient());
  const startMs = performance.now();
  assertEquals(
    (await assertRejects(() => connection.send("SET", "key"), Error) as { code?: string }).code,
    "ETIMEDOUT",
  );
  assertEquals(performance.now() - startMs >= 99, true);
  assertEquals(await connection.send("B"), "B");
  connection.close();
});

for (const code of ["READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "NOREPLICAS", "NOAUTH"]) {
  Deno.test(`RedisConnection.send() connects anew when the server answers ${code}, and once for many answers`, async () => {
    const refusing = new FakeClient();
    refusing.sendCommand = () => Promise.reject(new Error(`${code} secret`));
    const connection = connectionTo(refusing, new FakeClient());
    for (const failure of await Promise.allSettled([connection.send("SET", "a"), connection.send("SET", "b")])) {
      assertEquals(failure.status === "rejected" && failure.reason.message, `${code} secret`);
    }
    assertEquals(refusing.done, ["unref", "ref", "destroy"]);
    assertEquals(await connection.send("SET", "c"), "SET c");
    connection.close();
  });
}

for (const code of ["OOM", "MISCONF", "WRONGTYPE", "NOPERM", "ERR"]) {
  Deno.test(`RedisConnection.send() keeps its connection when the server answers ${code}`, async () => {
    const client = new FakeClient();
    client.sendCommand = () => Promise.reject(new Error(`${code} secret`));
    const connection = connectionTo(client);
    for (let round = 0; round < 2; round++) await assertRejects(() => connection.send("SET", "a"), Error, code);
    assertEquals(client.done.includes("destroy"), false);
    connection.close();
  });
}

Deno.test("RedisConnection.send() lets reads finish that wait on a connection to a replica, unless it is closed", async () => {
  for (const isClosed of [false, true]) {
    const replica = new FakeClient();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    replica.sendCommand = ([name]) => name === "PING" ? promise : Promise.reject(new Error("READONLY secret"));
    replica.destroy = () => {
      replica.done.push("destroy");
      reject(new Error("secret"));
    };
    const connection = connectionTo(replica, new FakeClient());
    const read = connection.send("PING").catch((error) => error.code);
    await assertRejects(() => connection.send("SET", "a"), Error, "READONLY");
    assertEquals(await connection.send("SET", "b"), "SET b");
    assertEquals(replica.done.includes("destroy"), false);
    if (isClosed) connection.close();
    else resolve("value");
    assertEquals(await read, isClosed ? "CLOSED" : "value");
    assertEquals(replica.done.includes("destroy"), true);
    connection.close();
  }
});
