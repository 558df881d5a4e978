import { assert, assertEquals } from "@std/assert";
import { createOpero, type Logger } from "@opero/core";
import "@opero/core/redis";
import { hasRedisServer, PATIENT, RedisServer } from "../support/redis_server.ts";

const PASSWORD = "canary-password";
const ARGUMENT = "canary-argument";
const RESULT = "canary-result";

class KeptLogger implements Logger {
  readonly warnings: string[] = [];
  readonly all: string[] = [];
  debug = (message: string, fields?: object) => this.#keep(message, fields);
  info = (message: string, fields?: object) => this.#keep(message, fields);
  error = (message: string, fields?: object) => this.#keep(message, fields);
  warning = (message: string, fields?: object) => {
    this.warnings.push(message);
    this.#keep(message, fields);
  };
  #keep(message: string, fields: object = {}): void {
    this.all.push(`${message} ${JSON.stringify(fields)}`);
  }
}

function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, ignore: !hasRedisServer });
}

function setUp(server: RedisServer, cacheTimeout: "1m" | undefined = undefined) {
  const logger = new KeptLogger();
  const instance = createOpero({ logger });
  let calls = 0;
  const fn = instance.opero((argument: string) => `${RESULT} ${argument} ${++calls}`, {
    cache: true,
    cacheTtl: "1m",
    cacheId: "fn",
    cacheTimeout,
    cacheBackend: "redis",
    cacheBackendConfig: { ...(cacheTimeout && PATIENT), port: server.port, password: PASSWORD },
  });
  return { logger, instance, fn };
}

test('opero() with cacheBackend "redis" keeps results beyond the instance, and clears them', async () => {
  await using server = await RedisServer.start({ args: ["--requirepass", PASSWORD] });
  const statuses: string[] = [];
  for (let run = 0; run < 2; run++) {
    const { instance, fn } = setUp(server, "1m");
    statuses.push((await fn.withMeta(ARGUMENT)).meta.cache);
    await instance.close();
  }
  const { instance, fn } = setUp(server, "1m");
  await fn.cache.clear();
  statuses.push((await fn.withMeta(ARGUMENT)).meta.cache);
  await instance.close();
  assertEquals(statuses, ["miss", "hit", "miss"]);
});

for (const fault of ["killed", "paused"] as const) {
  test(`opero() with cacheBackend "redis" goes on when the server is ${fault}, says so once and without a secret`, async () => {
    await using server = await RedisServer.start({ args: ["--requirepass", PASSWORD] });
    const { logger, instance, fn } = setUp(server);
    await recovers(() => fn.withMeta(ARGUMENT));
    logger.warnings.length = 0;
    if (fault === "killed") await server.kill();
    else server.pause();
    const startMs = performance.now();
    for (let i = 0; i < 120; i++) assert((await fn(`${ARGUMENT} ${i}`)).startsWith(RESULT));
    // Five calls at most wait for a server that does not answer, a quarter of a second each; all would take 30 s.
    assert(performance.now() - startMs < 20_000);
    if (fault === "killed") await server.restart();
    else server.resume();
    assertEquals(logger.warnings.length, 1);
    await recovers(() => fn.withMeta(ARGUMENT));
    for (const secret of [PASSWORD, ARGUMENT, RESULT]) assert(!logger.all.join("\n").includes(secret));
    await instance.close();
  });
}

async function recovers(call: () => Promise<{ readonly meta: { readonly cache: string } }>): Promise<void> {
  const endMs = performance.now() + 60_000;
  while ((await call()).meta.cache !== "hit") {
    assert(performance.now() < endMs, "the cache must serve again");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
