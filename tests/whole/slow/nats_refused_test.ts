import { configureLogging } from "@opero/core";
import { natsEngine, NatsError } from "@opero/core/nats";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";

const ADDRESS = { task: "thumbs", version: "2" };

/** The client of NATS may let the reset of a refused connection out as an error that its users cannot catch. */
function ignoreReset(event: ErrorEvent): void {
  if (event.error?.code === "ECONNRESET") event.preventDefault();
}

Deno.test({
  name: "natsEngine() names no secret where it is refused (needs nats-server)",
  ignore: !hasNatsServer,
  async fn() {
    globalThis.addEventListener("error", ignoreReset);
    await using server = await NatsServer.start(`authorization { token: "right" }`);
    const lines: string[] = [];
    const restore = configureLogging({ level: "debug", sink: (line) => lines.push(line) });
    await using refused = natsEngine({ servers: server.url.replace("//", "//canary-7f3a@") });
    const error = await assertRejects(() => refused.openCaller(ADDRESS, "run-1", () => {}), NatsError);
    restore();
    assertEquals(error.message, "NATS could not connect: AuthorizationError: Authorization Violation");
    assert(!`${Deno.inspect(error)}${lines}`.includes("canary-7f3a"));
    await using engine = natsEngine({ servers: server.url.replace("//", "//right@") });
    await using _caller = await engine.openCaller(ADDRESS, "run-1", () => {});
  },
});
