import { assertEquals } from "@std/assert";
import { journalRule } from "../../src/journal/journal_options.ts";

Deno.test("The option 'journal' is a path, an object or false, and nothing else", () => {
  for (const good of ["run.jsonl", { path: "run.jsonl" }, {}, false]) assertEquals(journalRule.accepts(good), true);
  for (const wrong of ["", null, [], ["run.jsonl"], true, 0, 7, undefined, Symbol("path"), () => "run.jsonl"]) {
    assertEquals(journalRule.accepts(wrong), false, String(wrong));
  }
});
