/** What docs/batches.md shows is run as it stands there. */
import { assert, assertEquals } from "@std/assert";
import { CommandPlace } from "../../support/run_command.ts";

const TEXT = Deno.readTextFileSync(new URL("../../../docs/batches.md", import.meta.url));

interface Block {
  readonly kind: string;
  readonly text: string;
}

const BLOCKS: readonly Block[] = [...TEXT.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, kind, text]) => {
  return { kind: kind!, text: text! };
});

/** The modules, by the names in their first lines. */
const MODULES = Object.fromEntries(
  BLOCKS.filter(({ kind }) => kind === "ts").map(({ text }) => [/^\/\/ (\S+)/.exec(text)![1]!, text]),
);

Deno.test("docs/batches.md shows what its commands write", async (t) => {
  await using place = new CommandPlace(MODULES);
  await Deno.writeTextFile(`${place.path}/opero`, `#!/bin/sh\nexec ${place.commandLine} "$@"\n`, { mode: 0o755 });
  const shown = BLOCKS.flatMap(({ kind, text }, i) => kind === "sh" ? [{ command: text, output: BLOCKS[i + 1]! }] : []);
  assert(shown.length >= 3);
  for (const { command, output } of shown) {
    await t.step(command.split("\n").at(-2)!, async () => {
      assertEquals(output.kind, "text");
      const env = { PATH: `${place.path}:${Deno.env.get("PATH")}`, NO_COLOR: "1" };
      const { stdout } = await new Deno.Command("sh", { args: ["-c", command], cwd: place.path, env }).output();
      assertEquals(new TextDecoder().decode(stdout), output.text);
    });
  }
});
