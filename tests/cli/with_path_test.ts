import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UsageError } from "../../src/cli/usage_error.ts";
import { chunksOf, withPath } from "../../src/cli/with_path.ts";

const DENIED = new Error("EACCES: permission denied");

Deno.test("withPath() returns what is done with a file, and names the flag and the file where it fails", () => {
  assertEquals(withPath("--out", "out.jsonl", () => 7), 7);
  const fail = () => {
    throw DENIED;
  };
  assertThrows(() => withPath("--out", "a\nb", fail), UsageError, "--out a\\nb: ");
  assertThrows(() => withPath("--out", "a", fail), UsageError, DENIED.message);
});

Deno.test("chunksOf() hands on every part of a file, and names the flag and the file where one cannot be read", async () => {
  async function* parts(isTorn: boolean): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(1);
    yield Uint8Array.of(2, 3);
    if (isTorn) throw DENIED;
  }
  assertEquals(await Array.fromAsync(chunksOf("--items", "in", parts(false))), [
    Uint8Array.of(1),
    Uint8Array.of(2, 3),
  ]);
  await assertRejects(() => Array.fromAsync(chunksOf("--items", "in", parts(true))), UsageError, "--items in: ");
});
