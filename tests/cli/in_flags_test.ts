import { assertEquals, assertRejects } from "@std/assert";
import { JournalError, opmap } from "@opero/core";
import { inFlags } from "../../src/cli/in_flags.ts";

Deno.test("inFlags() names the flag in place of the option of a journal that is of another version", async () => {
  const path = `${Deno.makeTempDirSync()}/run.jsonl`;
  const mapOf = (version: string) =>
    opmap(function load(n: number) {
      return n;
    }, { journal: path, version, progress: false });
  await mapOf("1")([1]);
  const { message } = await assertRejects(() => mapOf("2")([1]), JournalError);
  assertEquals(
    inFlags(message),
    `Cannot map "load": ${path}: it is of version "1", not of version "2"; take another file, or --on-mismatch restart`,
  );
  Deno.removeSync(path);
});

Deno.test("inFlags() names the flags of the key", () => {
  assertEquals(
    inFlags("Cannot map \"load\" as 'journal.key' must be a text"),
    'Cannot map "load" as --key or --key-expr must be a text',
  );
});
