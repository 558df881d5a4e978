import { assertEquals } from "@std/assert";
import { exitCodeFor } from "../../src/cli/exit_code.ts";

Deno.test("exitCodeFor() is the number of items without success, and 101 for more than 100", () => {
  assertEquals([0, 1, 100, 101, 300].map(exitCodeFor), [0, 1, 100, 101, 101]);
});
