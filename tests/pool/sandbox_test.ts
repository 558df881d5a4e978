import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { ConfigurationError } from "@opero/core";
import { resolvePermissions } from "../../src/pool/sandbox.ts";

Deno.test("resolvePermissions() hands on what Deno takes where the flag is vouched for", () => {
  assertEquals(resolvePermissions({ unstable: true, net: false, read: ["."] }, "map"), { net: false, read: ["."] });
  assertEquals(resolvePermissions(undefined, "map"), undefined);
});

Deno.test("resolvePermissions() refuses what would end the process", () => {
  const error = assertThrows(() => resolvePermissions({ net: false }, 'wrap "resize"'));
  assertInstanceOf(error, ConfigurationError);
  assertEquals(
    error.message,
    "Cannot wrap \"resize\" as 'permissions.unstable' must be true, which says that the process runs with " +
      "--unstable-worker-options: received undefined",
  );
});

Deno.test("a pool with permissions runs its items in a sandbox", async () => {
  const script = `
    import { opmap } from ${JSON.stringify(new URL("../../mod.ts", import.meta.url).href)};
    const tell = async (what) => {
      if (what === "exit") Deno.exit(3);
      return (await Deno.permissions.query({ name: "net" })).state === "granted";
    };
    await using map = opmap(tell, {
      mode: "process", workers: 1, retries: 0, progress: false, onError: "return",
      permissions: { unstable: true, net: false },
    });
    console.log(String(await map(["ask", "exit", "ask"])));
  `;
  const { stdout, code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--unstable-worker-options",
      `data:text/javascript,${encodeURIComponent(script)}`,
    ],
  }).output();
  const text = new TextDecoder().decode(stdout).trim();
  assertEquals(
    [code, text],
    [0, 'false,AllFailedError: The only attempt of "tell" failed: 1 × WorkerError,false'],
  );
});
