import { hasCurl, ServedExample, type StartServer } from "../support/served_example.ts";
import { readCommands } from "../support/example_document.ts";
import { ExampleProgram } from "../support/example_program.ts";

for (const name of ["hono", "express", "fastify", "nestjs"]) {
  Deno.test({
    name: `examples/${name} on Deno does what its README shows (needs curl)`,
    ignore: !hasCurl,
    fn: async () => {
      await using example = await ServedExample.start(name);
      await example.tryCommands();
      await example.checkRequests();
      await example.stopService();
      await example.tryCommands(1);
    },
  });
}

Deno.test({
  name: "examples/deploy loses neither results nor counts with its memory (needs curl)",
  ignore: !hasCurl,
  fn: async () => {
    const directory = await Deno.makeTempDir();
    const command = readCommands("deploy")[1]!;
    const start: StartServer = (env) => new ExampleProgram(command, { env: { ...env, KV_PATH: `${directory}/kv` } });
    {
      await using example = await ServedExample.start("deploy", start);
      await example.tryCommands();
      await example.checkRequests();
      await example.restartServer();
      await example.tryCommands(1);
      await example.checkRequests();
    }
    await Deno.remove(directory, { recursive: true });
  },
});
