import { assertEquals } from "@std/assert";
import { shellCommand } from "../../src/cli/shell_command.ts";

Deno.test("shellCommand() quotes what a shell would read otherwise, and leaves out what may hold a password", () => {
  const args = ["map", "a b.ts", "--rate", "500/1m", "it's", "redis://me:secret@host", "https://host/m.ts?key=1"];
  assertEquals(shellCommand("opero", args), "opero map 'a b.ts' --rate 500/1m 'it'\\''s' … …");
});
