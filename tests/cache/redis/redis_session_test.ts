import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { type OwnedRedisClient, RedisSession } from "../../../src/cache/redis/redis_session.ts";

Deno.test("RedisSession gives up a server that owed answers and gave none for all of its time, and no sooner", async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const owed: PromiseWithResolvers<unknown>[] = [];
  const client: OwnedRedisClient = {
    connect: () => Promise.resolve(),
    sendCommand: () => (owed.push(Promise.withResolvers()), owed.at(-1)!.promise),
    on: () => {},
    destroy: () => owed.forEach(({ reject }) => reject(new Error("secret"))),
    ref: () => {},
    unref: () => {},
  };
  const session = new RedisSession(client, clock, 5_000, () => told.push("retired"));
  const answered = session.send(["GET", "a"]);
  const failed = assertRejects(() => session.send(["GET", "b"]), Error, "The connection ended");
  await clock.tick("4s");
  owed[0]!.resolve("value");
  assertEquals(await answered, "value");
  // One answer came within the first span, so that the server has all of a second one.
  await clock.tick("5999ms");
  assertEquals([told, session.isIdle], [[], false]);
  await clock.tick("1ms");
  assertEquals([told, session.isIdle, (await failed as Error & { code: string }).code], [
    ["retired"],
    true,
    "ETIMEDOUT",
  ]);
  assertEquals(clock.pending, 0);
});
