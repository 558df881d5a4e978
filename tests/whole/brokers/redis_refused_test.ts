/** Redis servers that refuse, are of no use or are none at all: both sides say which one and what to do, and no secret. */
import { ConfigurationError, configureLogging, MapError, opmap, TimeoutError } from "@opero/core";
import { redisEngine, RedisError } from "@opero/core/redis";
import { serve } from "@opero/core/worker";
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { FakeBroker } from "../../support/fake_broker.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";
import { CommandPlace } from "../../support/run_command.ts";
import { until } from "../../support/until.ts";
import { warningsOf } from "../../support/warnings_of.ts";

const ADDRESS = { task: "thumbs", version: "2" };
const SECRET = "canary-7f3a";
const SHORT = { connectTimeout: "1s", replyTimeout: "1s" } as const;

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs redis-server)`, ignore: !hasRedisServer, fn });
}

const withSecret = (port: number, user = "") => `redis://${user}:${SECRET}@127.0.0.1:${port}`;

/** What refuses: a line that is to be opened, or what is asked of one that is open. */
const ASKED = ["caller", "worker", "send", "waiting", "pull"] as const;
type Asked = (typeof ASKED)[number];

/** Each of them with the message of its error; the port is left out of that. */
async function refusals(url: string): Promise<Partial<Record<Asked, string>>> {
  const logged: string[] = [];
  const restore = configureLogging({ level: "debug", sink: (line) => logged.push(line) });
  await using engine = redisEngine({ url, ...SHORT });
  const found: Partial<Record<Asked, string>> = {};
  const ask = async <R>(asked: Asked, work: () => Promise<R>): Promise<R | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      assert(!Deno.inspect(error).includes(SECRET));
      found[asked] = error.message.replace(/:\d{2,5}\b/, ":port").replace(/^Redis command \w+ /, "");
      return undefined;
    }
  };
  const caller = await ask("caller", () => engine.openCaller(ADDRESS, "run-1", () => {}));
  const worker = await ask("worker", () => engine.openWorker(ADDRESS, { slots: 1, leaseMs: 60_000 }));
  // What listens in the background finds out by itself.
  await new Promise((resolve) => setTimeout(resolve, 300));
  if (caller !== undefined) {
    await ask("send", () => caller.send("1", new Uint8Array(9)));
    await ask("waiting", () => caller.waiting());
  }
  if (worker !== undefined) await ask("pull", () => worker.pull("alone", 1));
  restore();
  assert(!`${logged}`.includes(SECRET));
  return found;
}

const both = (message: string) => ({ caller: message, worker: message });
const CORRECT = "correct the user and the password for 127.0.0.1:port";

test("redisEngine() says what to do where a sign-in is refused, or none was tried", async () => {
  await using server = await RedisServer.start({ args: ["--requirepass", "right"] });
  assertEquals(await refusals(withSecret(server.port)), both(`failed with WRONGPASS: ${CORRECT}`));
  assertEquals(await refusals(server.url), both(`failed with NOAUTH: ${CORRECT}`));
});

Deno.test("redisEngine() says what to do where no server can be reached", async () => {
  const refused = "failed with ECONNREFUSED: start the server, or correct its address, 127.0.0.1:1";
  assertEquals(await refusals(withSecret(1)), both(refused));
  const { caller } = await refusals(`redis://:${SECRET}@no-such-host.invalid`);
  assertMatch(caller!, /^failed with (ENOTFOUND|EAI_AGAIN): correct the name of the host in the address, no-such-host/);
});

const say = (text: string) => (connection: Deno.TcpConn) => connection.write(new TextEncoder().encode(text));
const NO_REDIS = "failed with Error: what listens at 127.0.0.1:port is no Redis server: correct the address";
const SILENT =
  "failed with ETIMEDOUT: look whether a Redis server listens at 127.0.0.1:port, with TLS if that is asked for";

/** What a server does, and what the error says then. */
const STRANGERS: Record<string, readonly [(connection: Deno.TcpConn) => unknown, RegExp]> = {
  "closes at once": [
    (connection) => connection.close(),
    /^failed with \w+: 127\.0\.0\.1:port closed the connection: its /,
  ],
  "speaks HTTP": [say("HTTP/1.1 400 Bad Request\r\n\r\n"), new RegExp(`^${NO_REDIS}$`)],
  "speaks SSH": [say("SSH-2.0-OpenSSH_9.2\r\n"), new RegExp(`^${NO_REDIS}$`)],
  "says nothing": [() => {}, new RegExp(`^${SILENT}$`)],
};

for (const [what, [answer, words]] of Object.entries(STRANGERS)) {
  Deno.test(`redisEngine() says what to do where a server ${what}, and leaves no socket open`, async () => {
    await using broker = new FakeBroker(answer);
    const { caller, worker } = await refusals(withSecret(broker.port));
    for (const message of [caller, worker]) assertMatch(message!, words);
    await until(() => broker.open === 0);
  });
}

const DENIED = "failed with NOPERM: give the user the keys and the commands that docs/many_machines.md lists";

/** The rules of a user, and what that user can't do. */
const USERS: Record<string, readonly [rules: readonly string[], asked: readonly Asked[]]> = {
  "other keys": [["~other:*", "+@all"], ["caller", "worker"]],
  "no scripts": [["~opero:*", "+@all", "-eval", "-evalsha"], ["caller", "worker"]],
  "no XADD, which scripts use": [["~opero:*", "+@all", "-xadd"], ["send"]],
  "no XGROUP": [["~opero:*", "+@all", "-xgroup"], ["worker"]],
  "no XREADGROUP": [["~opero:*", "+@all", "-xreadgroup"], ["pull"]],
  // Without results a run would never end, and its items would be sent again and again.
  "no XREAD": [["~opero:*", "+@all", "-xread"], ["send", "waiting", "pull"]],
};

for (const [what, [rules, asked]] of Object.entries(USERS)) {
  test(`redisEngine() says what to do where an ACL user has ${what}`, async () => {
    await using server = await RedisServer.start({ args: ["--user", "ada", "on", `>${SECRET}`, ...rules] });
    const found = await refusals(withSecret(server.port, "ada"));
    assertEquals(found, Object.fromEntries(asked.map((each) => [each, DENIED])));
  });
}

test("redisEngine() does all with the rules that docs/many_machines.md lists", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/many_machines.md", import.meta.url));
  const [, listed] = /An ACL\s+user needs `~opero:\*` and the commands ([^.]+)\./.exec(page)!;
  const commands = [...listed!.matchAll(/`(\w+)`/g)].map(([, name]) => `+${name}`);
  assert(commands.length > 20);
  const rules = ["--user", "ada", "on", `>${SECRET}`, "~opero:*", ...commands];
  await using server = await RedisServer.start({ args: rules });
  await using engine = redisEngine({ url: withSecret(server.port, "ada") });
  const double = opmap(async (n: number) => await Promise.resolve(2 * n), { ...QUIET, engine, task: "double" });
  const worker = await serve(double);
  const numbers = Array.from({ length: 500 }, (_, i) => i);
  assertEquals(await double(numbers), numbers.map((n) => 2 * n));
  await worker.stop();
  await double.close();
  assertEquals(await refusals(withSecret(server.port, "ada")), {});
});

test("redisEngine() says what to do where a server is a replica, is full, or keeps something else", async () => {
  const directory = await Deno.makeTempDir(); // A replica keeps a file of what it was sent.
  await using primary = await RedisServer.start({ args: ["--dir", directory] });
  const replicaOf = ["--replicaof", "127.0.0.1", String(primary.port)];
  await using replica = await RedisServer.start({ args: ["--dir", directory, ...replicaOf] });
  const isLinked = async () => (await replica.command("INFO replication")).includes("master_link_status:up");
  while (!await isLinked()) await new Promise((resolve) => setTimeout(resolve, 20));
  const readonly =
    "failed with READONLY: 127.0.0.1:port is a replica, which takes no writes: give the address of the primary";
  assertEquals(await refusals(replica.url), both(readonly));
  await primary.command("SET opero:queue:1:{thumbs@2}:open 1");
  const taken = "failed with WRONGTYPE: something else is kept under these keys: choose another 'keyPrefix'";
  assertEquals(await refusals(primary.url), { worker: taken, send: taken });
  await primary.command("CONFIG SET maxmemory 1");
  assertEquals(
    await refusals(primary.url),
    both("failed with OOM: the memory of 127.0.0.1:port is used up: raise its maxmemory"),
  );
  await Deno.remove(directory, { recursive: true });
});

test("redisEngine() says what to do where a server is too old", async () => {
  await using server = await RedisServer.start({ args: ["--rename-command", "XAUTOCLAIM", ""] });
  assertEquals(await refusals(server.url), {
    pull: "failed with ERR: look whether 127.0.0.1:port is Redis 6.2 or later",
  });
});

Deno.test("redisEngine() refuses options that are wrong, without a secret in the message", () => {
  const wrong: readonly (readonly [config: object, words: string])[] = [
    [{ url: `http://:${SECRET}@queue` }, "'url' must be a URL of the form redis://"],
    [{ url: "redis://queue", password: SECRET }, "'password' must be left out where 'url' is given"],
    [{ port: 0 }, "'port' must be an integer from 1 to 65535: received 0"],
    [{ pasword: SECRET }, "'pasword' must be a known option: received a string, did you mean 'password'?"],
    [{ maxEntryBytes: 1 }, "'maxEntryBytes' must be a known option"],
    [{ client: { secret: SECRET } }, "'client' must be a connected client of node-redis"],
    [{ connectTimeout: 0 }, "'connectTimeout' must be"],
  ];
  for (const [config, words] of wrong) {
    const error = assertThrows(
      () => redisEngine(config),
      ConfigurationError,
      `Cannot open the redis engine as ${words}`,
    );
    assert(!Deno.inspect(error).includes(SECRET));
  }
});

const QUIET = { mode: "cluster", progress: false, retries: 0 } as const;

test("a run ends by its deadline and a worker by its signal where Redis refuses them, each after one line", async () => {
  await using server = await RedisServer.start({ args: ["--requirepass", "right"] });
  await using engine = redisEngine({ url: withSecret(server.port), ...SHORT });
  const double = opmap((n: number) => 2 * n, { ...QUIET, engine, name: "double", deadline: "700ms", reraise: true });
  const lines = await warningsOf(async () => {
    const { errors } = await assertRejects(() => double([1, 2]), MapError);
    for (const { error } of errors) assert(error instanceof TimeoutError, Deno.inspect(error));
    await assertRejects(() => serve(double, { signal: AbortSignal.timeout(700) }), DOMException);
  });
  await double.close();
  const reason =
    `Redis command CONNECT failed with WRONGPASS: correct the user and the password for 127.0.0.1:${server.port}`;
  const line = `opero: the engine of "double" does not answer (${reason}); it is tried again until it does`;
  assertEquals(lines, [line, line]);
});

test("opero worker says why Redis refuses it, waits, and ends by a signal", async () => {
  await using server = await RedisServer.start({ args: ["--requirepass", "right"] });
  await using place = new CommandPlace({ "work.ts": "export const double = async (n: number) => await 2 * n;" });
  const child = place.spawn(["worker", "work.ts", "--engine", withSecret(server.port)]);
  void child.stdin.close();
  let text = "";
  const reading = (async () => {
    for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) text += part;
  })();
  await until(() => text.includes("\n"));
  child.kill("SIGTERM");
  const [{ code }] = await Promise.all([child.status, reading, child.stdout.cancel()]);
  assertEquals(code, 0);
  assertMatch(
    text,
    /^opero: the engine of "double" does not answer \(Redis command CONNECT failed with WRONGPASS: correct /,
  );
  assert(!text.includes(SECRET), text);
});
