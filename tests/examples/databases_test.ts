import { assert, assertEquals } from "@std/assert";
import { readBlock, readCommands, withoutTimes } from "../support/example_document.ts";
import { ExampleProgram } from "../support/example_program.ts";
import { hasMariadb, MariadbServer } from "../support/mariadb_server.ts";
import { hasPostgres, PostgresServer } from "../support/postgres_server.ts";
import { hasRedisServer, RedisServer } from "../support/redis_server.ts";

/** Starts what the README of an example says, once its first line of output is there. */
async function startUnderWay(name: string, env: Record<string, string>, index = 0): Promise<ExampleProgram> {
  const program = new ExampleProgram(readCommands(name)[index]!, { env });
  await program.untilLines(1);
  return program;
}

/** Lasts for several of the queries that a program makes ten times a second. */
async function outage(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}

/** Looks whether a program whose server was restarted meanwhile has noticed, and lost nothing. */
async function checkEnd(name: string, program: ExampleProgram): Promise<void> {
  assertEquals(await program.untilEnd(), 0);
  assertEquals(withoutTimes(program.lines), withoutTimes(readBlock(name, "text")));
  const retries = Number(/(\d+) retries$/.exec(program.lines.at(-1)!)![1]);
  assert(retries > 0, "the restart is noticed");
}

Deno.test({
  name: "examples/postgresql loses no query of either driver to a restart (needs PostgreSQL)",
  ignore: !hasPostgres,
  fn: async () => {
    await using server = await PostgresServer.start();
    const urls = ["postgres", "template1"].map((database) => server.urlOf(database)); // both are there from the beginning
    const programs = await Promise.all(
      urls.map((url, index) => startUnderWay("postgresql", { DATABASE_URL: url }, index)),
    );
    await server.end();
    await outage();
    await server.begin();
    for (const program of programs) await checkEnd("postgresql", program);
  },
});

Deno.test({
  name: "examples/mariadb loses no query to a restart (needs MariaDB)",
  ignore: !hasMariadb,
  fn: async () => {
    await using server = await MariadbServer.start();
    await using program = await startUnderWay("mariadb", { DATABASE_URL: server.url });
    await server.end();
    await outage();
    await server.begin();
    await checkEnd("mariadb", program);
  },
});

Deno.test({
  name: "examples/redis loses no command to a restart (needs redis-server)",
  ignore: !hasRedisServer,
  fn: async () => {
    const directory = await Deno.makeTempDir();
    {
      const args = ["--appendonly", "yes", "--appendfsync", "always", "--dir", directory];
      await using server = await RedisServer.start({ args });
      await using program = await startUnderWay("redis", { REDIS_URL: server.url });
      await server.kill();
      await outage();
      await server.restart();
      await checkEnd("redis", program);
    }
    await Deno.remove(directory, { recursive: true });
  },
});
