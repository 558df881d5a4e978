import { assertEquals, assertRejects } from "@std/assert";
import { RedisBatchedReads } from "../../../src/cache/redis/redis_batched_reads.ts";
import { RedisBoundedRead } from "../../../src/cache/redis/redis_bounded_read.ts";
import { RedisError } from "../../../src/cache/redis/redis_error.ts";
import type { RedisCommand } from "../../../src/cache/redis/redis_port.ts";

/** Reads over a server that answers each read with its key, and scripts with what `onScript` says. */
function openReads(onScript: (keys: readonly string[]) => unknown, isOneServer = true) {
  const sent: string[] = [];
  const send: RedisCommand = async (command, ...args) => {
    await Promise.resolve();
    if (!command.startsWith("EVAL")) {
      sent.push(`${command} ${args[0]}`);
      return `text of ${args[0]}`;
    }
    const keys = args.slice(2, 2 + Number(args[1]));
    sent.push(`script of ${keys.length}`);
    return onScript(keys);
  };
  const port = {
    send,
    sendFor: (_key: string, command: string, ...args: string[]) => send(command, ...args),
    clientKeyPrefix: "",
    isOneServer,
    nodes: () => Promise.resolve([send]),
    close: () => {},
  };
  const reads = new RedisBatchedReads(port, new RedisBoundedRead(send, 1_000));
  const read = (key: string) => reads.read(key, (reply) => reply);
  return { read, sent };
}

const echo = (keys: readonly string[]) => keys.map((key) => `text of ${key}`);
const three = ["a", "b", "c"];
const texts = three.map((key) => `text of ${key}`);
const singles = three.map((key) => `GETRANGE ${key}`);

Deno.test("RedisBatchedReads sends what is read in one turn as one script, and a single read as a command", async () => {
  const { read, sent } = openReads(echo);
  assertEquals(await Promise.all(three.map(read)), texts);
  assertEquals(await read("d"), "text of d");
  assertEquals(sent, ["script of 3", "GETRANGE d"]);
});

Deno.test("RedisBatchedReads puts 128 reads into a script at most", async () => {
  const { read, sent } = openReads(echo);
  await Promise.all(Array.from({ length: 300 }, (_, i) => read(String(i))));
  assertEquals(sent, ["script of 128", "script of 128", "script of 44"]);
});

Deno.test("RedisBatchedReads reads by itself what the script leaves out, and what it does not answer", async () => {
  for (const replies of [["text of a", 0, "text of c"], ["text of a", undefined, "text of c"]]) {
    const { read, sent } = openReads(() => replies);
    assertEquals(await Promise.all(three.map(read)), texts);
    assertEquals(sent, ["script of 3", "GETRANGE b"]);
  }
  const { read } = openReads(() => "nonsense");
  assertEquals(await Promise.all(three.map(read)), texts);
});

Deno.test("RedisBatchedReads asks for no script again that a server refuses, and for none in a cluster", async () => {
  for (const code of ["NOPERM this user has no permissions", "ERR unknown command", "CROSSSLOT Keys in request"]) {
    const { read, sent } = openReads(() => Promise.reject(new Error(code)));
    for (let i = 0; i < 2; i++) assertEquals(await Promise.all(three.map(read)), texts);
    assertEquals(sent, ["script of 3", ...singles, ...singles]);
  }
  const { read, sent } = openReads(echo, false);
  assertEquals(await Promise.all(three.map(read)), texts);
  assertEquals(sent, singles);
});

Deno.test("RedisBatchedReads fails all reads of a script that is lost, and sends the next ones as one again", async () => {
  let isLost = true;
  const { read, sent } = openReads((keys) => {
    if (isLost) throw Object.assign(new Error("secret"), { code: "ECONNRESET" });
    return echo(keys);
  });
  const failed = three.map((key) =>
    assertRejects(() => read(key), RedisError, "Redis command GETRANGE failed with ECONNRESET")
  );
  await Promise.all(failed);
  isLost = false;
  assertEquals(await Promise.all(three.map(read)), texts);
  assertEquals(sent, ["script of 3", "script of 3"]);
});
