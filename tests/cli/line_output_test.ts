import { assertEquals } from "@std/assert";
import { LineOutput } from "../../src/cli/line_output.ts";

Deno.test("LineOutput writes what comes meanwhile together, in order", async () => {
  const written: string[] = [];
  const output = new LineOutput(async (text) => {
    written.push(text);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }, () => {});
  output.add("1\n");
  output.add("2\n");
  await new Promise((resolve) => setTimeout(resolve, 0));
  output.add("3\n");
  output.add("4\n");
  await output.flush();
  assertEquals(written, ["1\n2\n", "3\n4\n"]);
});

Deno.test("LineOutput makes those wait who write more than is taken", async () => {
  const gate = Promise.withResolvers<void>();
  const output = new LineOutput(() => gate.promise, () => {});
  assertEquals(output.add("a"), undefined);
  const full = output.add("b".repeat(100_000));
  assertEquals(full instanceof Promise, true);
  gate.resolve();
  await full;
});

Deno.test("LineOutput reports once that nobody takes it, and drops the rest", async () => {
  const errors: unknown[] = [];
  let writes = 0;
  const output = new LineOutput(() => {
    writes++;
    return Promise.reject("EPIPE");
  }, (error) => errors.push(error));
  output.add("1\n");
  await output.flush();
  output.add("2\n");
  await output.flush();
  assertEquals([writes, errors], [1, ["EPIPE"]]);
});
