import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { engineOf } from "../../src/cli/engine_of.ts";
import { UsageError } from "../../src/cli/usage_error.ts";
import type { HostProcess } from "../../src/runtime/host_process.ts";

/** A process with these variables. */
const hostOf = (variables: Record<string, string>): HostProcess => ({
  ...({} as HostProcess),
  variable: (name) => variables[name],
});

/** How an engine is named in its own errors once it is closed. */
async function kindOf(given: string | undefined, variables: Record<string, string> = {}): Promise<string> {
  const engine = await engineOf(given, hostOf(variables));
  await engine.close();
  const { message } = await assertRejects(() => engine.openCaller({ task: "t", version: "0" }, "r", () => {}), Error);
  return message.split(" ").at(5)!;
}

Deno.test("engineOf() opens the engine that an address is of", async () => {
  for (const given of ["nats://queue:4222", "nats://a:1,nats://b:2", "tls://queue:4222"]) {
    assertEquals(await kindOf(given), "NATS");
  }
  for (const given of ["redis://queue:6379", "rediss://user:secret@queue:6379/3"]) {
    assertEquals(await kindOf(given), "Redis");
  }
});

Deno.test("engineOf() reads the environment where there is no flag, and then alone", async () => {
  assertEquals(await kindOf(undefined, { OPERO_NATS: "nats://queue" }), "NATS");
  assertEquals(await kindOf(undefined, { OPERO_REDIS: "redis://queue", OPERO_NATS: "" }), "Redis");
  assertEquals(await kindOf("redis://queue", { OPERO_NATS: "nats://queue" }), "Redis");
  const both = { OPERO_REDIS: "redis://queue", OPERO_NATS: "nats://queue" };
  await assertRejects(
    () => kindOf(undefined, both),
    UsageError,
    "OPERO_NATS and OPERO_REDIS are both set: name one with --engine",
  );
  await assertRejects(
    () => kindOf(undefined),
    UsageError,
    "--engine is needed: where the broker is, as in --engine nats://queue:4222; or set OPERO_NATS or OPERO_REDIS",
  );
});

Deno.test("engineOf() refuses what is no address, and does not repeat the password in it", async () => {
  const wrong = [
    "amqp://me:pa55@queue",
    "nats://me:pa55@",
    "nats://me:pa55@a,redis://b",
    "redis://me:pa55@ho st",
    "pa55",
  ];
  for (const given of wrong) {
    for (
      const [flag, variables, source] of [[given, {}, "--engine"], [
        undefined,
        { OPERO_NATS: given },
        "OPERO_NATS",
      ]] as const
    ) {
      const error = await assertRejects(
        () => kindOf(flag, variables),
        UsageError,
        `${source} must be the address of a `,
      );
      assert(!Deno.inspect(error).includes("pa55"), given);
      assertMatch(error.message, /; for another engine call opmap\(\) with { mode: "cluster", engine } in a script; /);
    }
  }
});
