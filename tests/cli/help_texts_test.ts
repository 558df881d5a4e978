import { assert, assertEquals } from "@std/assert";
import { JOURNAL_HELP, MAIN_HELP, MAP_HELP, REPORT_HELP, WORKER_HELP } from "../../src/cli/help_texts.ts";
import { MAP_FLAGS } from "../../src/cli/map_flags.ts";
import { WORKER_FLAGS } from "../../src/cli/worker_flags.ts";

Deno.test("each help fits a screen, and has an example", () => {
  for (const [name, text] of Object.entries({ MAIN_HELP, MAP_HELP, WORKER_HELP, REPORT_HELP, JOURNAL_HELP })) {
    const lines = text.split("\n");
    assert(lines.length <= 40 && lines.every((line) => line.length <= 80), name);
    assert(text.includes("Example"), name);
  }
});

for (const [command, help, table] of [["map", MAP_HELP, MAP_FLAGS], ["worker", WORKER_HELP, WORKER_FLAGS]] as const) {
  Deno.test(`the help of opero ${command} names each of its flags, and no other`, () => {
    // What it says of another command does not count.
    const own = help.replaceAll(/opero (?!worker|map MODULE)\w+ --\w+/g, "");
    const named = new Set([...own.matchAll(/--([a-z][a-z-]*)/g)].map(([, name]) => name!));
    const flags = Object.keys(table).filter((name) => name !== "help");
    assertEquals([...named].sort(), flags.sort());
  });
}
