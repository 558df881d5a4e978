import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type ItemReaderOptions, readItems } from "../../src/cli/item_reader.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

const OPTIONS: ItemReaderOptions = {
  name: "in.jsonl",
  form: "jsonl",
  areBadSkipped: false,
  offset: 0,
  limit: Infinity,
};

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function read(text: string, options: Partial<ItemReaderOptions> = {}, size = 7) {
  return Array.fromAsync(readItems(chunked(text, size), { ...OPTIONS, ...options }));
}

Deno.test("readItems() reads a value a line, passes over empty ones, and counts items and lines", async () => {
  const items = await read('\ufeff1\n\n{"a":"é"}\r\n  \n"last"');
  assertEquals(items.map(({ index, line, value }) => [index, line, value]), [
    [0, 1, 1],
    [1, 3, { a: "é" }],
    [2, 5, "last"],
  ]);
});

Deno.test("readItems() reads lines as they are where they are texts", async () => {
  const items = await read(" a b\r\n\n{\n", { form: "lines" });
  assertEquals(items.map(({ value }) => value), [" a b", "{"]);
});

Deno.test("readItems() gives the same whatever the parts are that a text comes in", async () => {
  const lines = fc.array(fc.jsonValue().map((value) => JSON.stringify(value)), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(lines, fc.integer({ min: 1, max: 50 }), async (lines, size) => {
    const values = (await read(lines.join("\n"), {}, size)).map(({ value }) => value);
    assertEquals(values, lines.map((line) => JSON.parse(line)));
  }));
});

Deno.test("readItems() passes over `offset` items and reads no more than `limit`", async () => {
  const items = await read("1\n2\n3\n4\n5\n", { offset: 1, limit: 2 });
  assertEquals(items.map(({ index, value }) => [index, value]), [[1, 2], [2, 3]]);
});

Deno.test("readItems() asks for no line more than it needs", async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode("1\n2\n");
    await new Promise(() => {});
  }
  const items = await Array.fromAsync(readItems(endless(), { ...OPTIONS, limit: 2 }));
  assertEquals(items.length, 2);
});

Deno.test("readItems() names the line that is no JSON, or makes it an item that failed", async () => {
  const error = await assertRejects(() => read("1\n\n{oops\n4\n"), UsageError, "in.jsonl:3: this line is no JSON: ");
  assertEquals(error.message.endsWith("; --skip-bad counts such lines as failed"), true);
  const items = await read("1\n\n{oops\n4\n", { areBadSkipped: true });
  assertEquals(items.map(({ index, value, fault }) => [index, value, fault?.name]), [
    [0, 1, undefined],
    [1, undefined, "SyntaxError"],
    [2, 4, undefined],
  ]);
});
