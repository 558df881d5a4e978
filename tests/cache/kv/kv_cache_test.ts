import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { kvCache, type KvDatabase } from "@opero/core";
import { testCacheBackend } from "@opero/core/testing";
import { openKvCache } from "../../../src/cache/kv/kv_cache.ts";
import { kvPlace } from "../../../src/cache/kv/kv_place.ts";
import { SystemClock } from "../../../src/time/system_clock.ts";
import { ConfigurationError, SerializationError } from "../../../src/errors.ts";

const FOREVER = { createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };

const directory = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

testCacheBackend((store) => kvCache({ path: `${directory}/${store}` }), {
  test: (name, fn) => Deno.test(name, fn),
  name: "kvCache()",
  isPersistent: true,
  keepsEverything: true,
});

async function withKv(run: (kv: Deno.Kv) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  try {
    await run(kv);
  } finally {
    kv.close();
  }
}

async function countKeys(kv: Deno.Kv): Promise<number> {
  let count = 0;
  for await (const _entry of kv.list({ prefix: [] })) count++;
  return count;
}

Deno.test("kvCache() keeps a value of 20 MB whole, and leaves nothing of it when it is replaced", () =>
  withKv(async (kv) => {
    const cache = kvCache({ kv });
    const value = "0123456789abcdef".repeat(20 * 2 ** 16);
    await cache.set("key", { value, ...FOREVER });
    assertEquals((await cache.get("key"))?.value === value, true);
    await cache.set("key", { value: "small", ...FOREVER });
    assertEquals((await cache.get("key"))?.value, "small");
    assertEquals(await countKeys(kv), 1);
  }));

Deno.test("kvCache() leaves no parts behind when many write one key at once", () =>
  withKv(async (kv) => {
    const cache = kvCache({ kv });
    const values = Array.from({ length: 12 }, (_, i) => String(i).repeat(100_000));
    await Promise.all(values.map((value) => cache.set("key", { value, ...FOREVER })));
    assertEquals(values.includes((await cache.get("key"))?.value as string), true);
    await cache.delete("key");
    assertEquals(await countKeys(kv), 0);
  }));

for (const isOther of [false, true]) {
  const who = isOther ? "another cache on the same database" : "the same cache";
  for (const removal of ["delete", "clear"] as const) {
    Deno.test(`kvCache() ${removal}() of ${who} lets no write of 1 MB under way bring the value back`, () =>
      withKv(async (kv) => {
        const value = "x".repeat(2 ** 20);
        for (let round = 0; round < 40; round++) {
          const cache = kvCache({ kv });
          const remover = isOther ? kvCache({ kv }) : cache;
          const writing = Promise.resolve(cache.set("key", { value, ...FOREVER }));
          // Another cache cannot know of a write before its first part is there.
          while (isOther && await countKeys(kv) === 0);
          if (!isOther && round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, round / 8));
          await (removal === "delete" ? remover.delete("key") : remover.clear("k"));
          await writing;
          assertEquals(await cache.get("key"), undefined);
        }
        const cache = kvCache({ kv });
        await cache.delete("key");
        assertEquals(await countKeys(kv), 0);
      }));
  }
}

Deno.test("kvCache() lets a removal of other keys pass a write under way by", () =>
  withKv(async (kv) => {
    const cache = kvCache({ kv });
    const writing = Promise.resolve(cache.set("key", { value: "x".repeat(2 ** 20), ...FOREVER }));
    await Promise.all([cache.delete("ke"), cache.delete("key2"), cache.clear("other")]);
    await writing;
    assertEquals((await cache.get("key"))?.value, "x".repeat(2 ** 20));
  }));

Deno.test("kvCache() neither writes nor reads an entry of more than maxEntryBytes", () =>
  withKv(async (kv) => {
    for (const maxEntryBytes of [1_000, 200_000]) {
      const small = kvCache({ kv, maxEntryBytes });
      const value = "x".repeat(maxEntryBytes);
      const error = await assertRejects(async () => await small.set("key", { value, ...FOREVER }), SerializationError);
      assertEquals(
        error.message,
        `Cannot keep the value as it takes more than the ${maxEntryBytes} bytes of 'maxEntryBytes'`,
      );
      assertEquals(await countKeys(kv), 0);
      await kvCache({ kv }).set("key", { value, ...FOREVER });
      assertEquals(await small.get("key"), undefined);
      assertEquals((await kvCache({ kv }).get("key"))?.value, value);
      await small.set("key", { value: value.slice(100), ...FOREVER });
      assertEquals((await small.get("key"))?.value, value.slice(100));
      await small.clear("");
    }
  }));

Deno.test("kvCache() misses an entry of which a part is missing, foreign or another's", () =>
  withKv(async (kv) => {
    const cache = kvCache({ kv });
    const value = "x".repeat(300_000);
    for (const damage of ["missing", "foreign", "another's"]) {
      await cache.set("key", { value, ...FOREVER });
      const parts = await Array.fromAsync(kv.list({ prefix: ["opero", "part"] }));
      if (damage === "missing") await kv.delete(parts[2]!.key);
      if (damage === "foreign") await kv.set(parts[2]!.key, "text");
      if (damage === "another's") await kv.set(parts[2]!.key, new Uint8Array(60 * 1024).fill(0x79));
      assertEquals(await cache.get("key"), undefined, damage);
    }
  }));

Deno.test("kvCache() misses what another program keeps under its key, null included", () =>
  withKv(async (kv) => {
    const cache = kvCache({ kv });
    const { recordKey } = await kvPlace("key");
    for (const value of [null, 1, "text", { bytes: "text" }, { writeId: 1, parts: 1 }, { bytes: new Uint8Array(9) }]) {
      await kv.set(recordKey, value);
      assertEquals(await cache.get("key"), undefined);
      assertEquals(await cache.delete("key"), true);
      assertEquals(await cache.delete("key"), false);
    }
  }));

Deno.test("kvCache() clears by a prefix longer than what it keeps of a key", () =>
  withKv(async (kv) => {
    const cache = kvCache({ kv });
    const long = "k".repeat(5_000);
    const keys = [long, `${long}a`, `${long}ab`, `${long}b`];
    for (const key of keys) await cache.set(key, { value: key.repeat(30), ...FOREVER });
    await cache.clear(`${long}a`);
    const left = await Promise.all(keys.map(async (key) => await cache.get(key) !== undefined));
    assertEquals(left, [true, false, false, true]);
    await cache.clear("k");
    assertEquals(await countKeys(kv), 0);
  }));

Deno.test("kvCache() clears parts that a killed program left without a record, and nothing foreign", () =>
  withKv(async (kv) => {
    const cache = kvCache({ kv });
    await kv.set(["mine"], 1);
    await cache.set("key", { value: "x".repeat(300_000), ...FOREVER });
    await kv.delete((await kvPlace("key")).recordKey);
    await cache.clear("");
    assertEquals(await countKeys(kv), 1);
  }));

Deno.test("kvCache() misses an entry from its staleUntil on, whether or not the database still has it", () =>
  withKv(async (kv) => {
    let nowMs = 1_000_000;
    const cache = openKvCache({ kv }, { clock: Object.assign(new SystemClock(), { wallNow: () => nowMs }) });
    const staleUntil = nowMs + 600_000;
    await cache.set("key", { value: 1, createdAt: 0, expiresAt: staleUntil, staleUntil });
    nowMs = staleUntil - 1;
    assertEquals((await cache.get("key"))?.value, 1);
    nowMs = staleUntil;
    assertEquals(await cache.get("key"), undefined);
    assertEquals(await countKeys(kv), 1);
  }));

Deno.test("kvCache() leaves a database open that was handed in, and closes its own", async () => {
  await withKv(async (kv) => {
    const cache = kvCache({ kv });
    await cache.set("key", { value: 1, ...FOREVER });
    await cache.close?.();
    assertEquals(await countKeys(kv), 1);
  });
  const own = kvCache({ path: ":memory:" });
  await own.set("key", { value: 1, ...FOREVER });
  await own.close?.();
  await assertRejects(async () => await own.get("key"), Error, "The kv cache is closed");
});

Deno.test({
  name: "kvCache() makes files for its user alone",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const path = `${directory}/modes`;
    const cache = kvCache({ path });
    await cache.set("key", { value: 1, ...FOREVER });
    const modes = ["", "-wal", "-shm"].map((suffix) => Deno.statSync(path + suffix).mode! & 0o777);
    assertEquals(modes, [0o600, 0o600, 0o600]);
    await cache.close?.();
  },
});

Deno.test("kvCache() tries again to open a database that could not be opened", async () => {
  const path = `${directory}/late/kv`;
  const cache = kvCache({ path });
  await assertRejects(async () => await cache.get("key"));
  Deno.mkdirSync(`${directory}/late`);
  assertEquals(await cache.get("key"), undefined);
  await cache.close?.();
});

Deno.test("kvCache() throws a ConfigurationError when an option is wrong", () => {
  const messageOf = (config: object) => assertThrows(() => kvCache(config), ConfigurationError).message;
  assertEquals(
    messageOf({ path: "" }),
    `Cannot open the kv cache as 'path' must be a non-empty string: received ""`,
  );
  assertEquals(messageOf({ kv: {} }), "Cannot open the kv cache as 'kv' must be an open Deno.Kv: received an object");
  assertEquals(
    messageOf({ path: "kv", kv: { atomic() {} } as unknown as KvDatabase }),
    `Cannot open the kv cache as 'path' must be left out where 'kv' is given: received "kv"`,
  );
});

Deno.test("kvCache() throws a ConfigurationError that tells what to use when the runtime has no Deno KV", async () => {
  const code = `
    const { kvCache } = await import(${JSON.stringify(import.meta.resolve("../../../mod.ts"))});
    try { kvCache() } catch (error) { console.log(error.name + ": " + error.message) }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", code],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(
    new TextDecoder().decode(stdout).trim(),
    "ConfigurationError: Cannot open the kv cache as Deno.openKv is missing: run Deno with --unstable-kv, " +
      'or use the backend "sqlite" or "disk"',
  );
});
