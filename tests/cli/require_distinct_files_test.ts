import { assertEquals, assertThrows } from "@std/assert";
import { MAP_FLAGS } from "../../src/cli/map_flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { requireDistinctFiles } from "../../src/cli/require_distinct_files.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

const check = (args: string) => requireDistinctFiles(parseFlags("opero map", args.split(" "), MAP_FLAGS).flags);

Deno.test("requireDistinctFiles() refuses a file that is read and written, or written twice, by whatever name", () => {
  assertThrows(() => check("--items a --out a"), UsageError, "--items and --out name one file: a");
  assertThrows(() => check("--journal a --errors a"), UsageError, "--journal and --errors name one file: a");
  assertThrows(() => check("--out a --report a"), UsageError, "--out and --report name one file: a");
  assertThrows(() => check("--items deno.json --out ./deno.json"), UsageError, "--items and --out name one file");
});

Deno.test("requireDistinctFiles() takes stdin and stdout for no files, and lets a journal be read", () => {
  assertEquals(check("--items - --out - --journal a"), undefined);
  assertEquals(check("--items a --journal a"), undefined);
});
