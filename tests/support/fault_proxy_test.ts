import { assertEquals } from "@std/assert";
import { FaultProxy } from "./fault_proxy.ts";

/** A server that says "hello" to everybody. */
function startServer(): { port: number } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.write(new TextEncoder().encode("hello")).catch(() => {});
      connection.close();
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

/** What a new client of the proxy is told. */
async function ask(proxy: FaultProxy): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  const buffer = new Uint8Array(16);
  const length = await connection.read(buffer).catch(() => null);
  return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
}

Deno.test("FaultProxy leads to a server again after one that was not there", async () => {
  await using server = startServer();
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = gone.addr;
  gone.close();
  await using proxy = new FaultProxy(port);
  assertEquals([await ask(proxy), await ask(proxy)], ["", ""]);
  proxy.leadTo(server.port);
  assertEquals([await ask(proxy), await ask(proxy)], ["hello", "hello"]);
});

Deno.test("FaultProxy serves a client behind many that gave up", async () => {
  await using server = startServer();
  await using proxy = new FaultProxy(server.port);
  for (let i = 0; i < 100; i++) (await Deno.connect({ hostname: "127.0.0.1", port: proxy.port })).close();
  assertEquals(await ask(proxy), "hello");
});
