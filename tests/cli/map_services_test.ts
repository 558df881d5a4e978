import { assert, assertEquals, assertRejects } from "@std/assert";
import { MAP_FLAGS } from "../../src/cli/map_flags.ts";
import { closeServices, isClustered, openServices } from "../../src/cli/map_services.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/cli/usage_error.ts";
import type { HostProcess } from "../../src/runtime/host_process.ts";

const HOST: HostProcess = { ...({} as HostProcess), variable: () => undefined };
const flagsOf = (text: string) =>
  parseFlags("opero map", text.split(" ").filter((each) => each !== ""), MAP_FLAGS).flags;

Deno.test("isClustered() holds for the mode, and for an engine without a mode", () => {
  const texts = ["", "--mode thread", "--mode cluster", "--engine nats://a", "--engine nats://a --mode thread"];
  assertEquals(texts.map((text) => isClustered(flagsOf(text))), [false, false, true, true, false]);
});

Deno.test("openServices() opens what flags ask for, and no more", async () => {
  assertEquals(await openServices(flagsOf("--mode process"), HOST), {});
  for (const place of ["redis://127.0.0.1:1", "limits.sqlite"]) {
    const { engine, store, ...others } = await openServices(flagsOf(`--rate 1 --rate-store ${place}`), HOST);
    assertEquals([engine, others], [undefined, {}]);
    assert(store !== undefined);
    await closeServices({ store: store! });
    await assertRejects(() => store!.book([], { slots: 1, client: "a" }), Error);
  }
  const { engine } = await openServices(flagsOf("--engine redis://127.0.0.1:1"), HOST);
  await closeServices({ engine: engine! });
  await assertRejects(() => engine!.openCaller({ task: "t", version: "0" }, "r", () => {}), Error, "is closed");
});

Deno.test("openServices() refuses an address of no store, says what to do, and does not repeat the password in it", async () => {
  const message =
    "--rate-store must be the address of a Redis server, such as redis://limits:6379, or the file of an " +
    "SQLite database, such as limits.sqlite; for another store, such as postgresLimits(sql) or kvLimits(), leave --rate " +
    "and --rate-store out and let the module's function call one that opero() wraps with " +
    "{ retries: 0, rateLimit: { limit, key, store } }";
  for (const place of ["postgres://me:pa55@limits", "redis://me:pa55@", "nats://me:pa55@limits", "kv", "Postgres"]) {
    const error = await assertRejects(() => openServices(flagsOf(`--rate 1 --rate-store ${place}`), HOST), UsageError);
    assertEquals(error.message, message);
    assert(!Deno.inspect(error).includes("pa55"), place);
  }
});
