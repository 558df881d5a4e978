import { assert, assertEquals } from "@std/assert";

/** What a script prints, and which permissions it asked for. */
async function audited(script: string): Promise<{ printed: string; asked: string }> {
  const audit = await Deno.makeTempFile();
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", new URL(script, import.meta.url).pathname],
    env: { NO_COLOR: "1", DENO_AUDIT_PERMISSIONS: audit },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const asked = await Deno.readTextFile(audit);
  await Deno.remove(audit);
  return { printed: new TextDecoder().decode(stdout).trim(), asked };
}

Deno.test("calls, and maps in a pool, ask for no permission", async () => {
  const { printed, asked } = await audited("../support/without_permission.ts");
  assertEquals({ printed, asked }, { printed: "[4,[2,3,4]]", asked: "" });
});

for (const entry of ["mod.ts", "nats.ts", "postgres.ts", "redis.ts", "testing.ts"]) {
  Deno.test(`importing ${entry} asks for no permission`, async () => {
    assertEquals(await audited(`../../${entry}`), { printed: "", asked: "" });
  });
}

Deno.test("importing the package loads no module of the runtime, and reads no global that loads one", async () => {
  assertEquals((await audited("../support/asked_at_import.ts")).printed, "[]");
});
