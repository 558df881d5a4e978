import { assert, assertEquals } from "@std/assert";
import { JOURNAL_HELP, MAIN_HELP, MAP_HELP, REPORT_HELP } from "../../src/cli/help_texts.ts";
import { MAP_FLAGS } from "../../src/cli/map_flags.ts";

Deno.test("each help fits a screen, and has an example", () => {
  for (const [name, text] of Object.entries({ MAIN_HELP, MAP_HELP, REPORT_HELP, JOURNAL_HELP })) {
    const lines = text.split("\n");
    assert(lines.length <= 40 && lines.every((line) => line.length <= 80), name);
    assert(text.includes("Example"), name);
  }
});

Deno.test("the help of opero map names each of its flags, and no other", () => {
  const named = new Set([...MAP_HELP.matchAll(/--([a-z][a-z-]*)/g)].map(([, name]) => name!));
  const flags = Object.keys(MAP_FLAGS).filter((name) => name !== "help");
  assertEquals([...named].sort(), flags.sort());
});
