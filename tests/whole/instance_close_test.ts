import { assertEquals, assertRejects } from "@std/assert";
import { createOpero } from "../../src/create_opero.ts";
import { close, opmap } from "../../src/default_instance.ts";
import { ConfigurationError } from "../../src/errors.ts";
import { rejection } from "../support/open_pool.ts";

const MODES = ["thread", "async", "process", "async_process"] as const;

const sleepy = async (n: number) => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return n;
};

for (const mode of MODES) {
  Deno.test(`close() of an instance ends its runs, and nothing begins after it: ${mode}`, async () => {
    const { opmap, close } = createOpero();
    let done = 0;
    const options = { mode, workers: 2, onError: "return", progress: () => void done++ } as const;
    const map = opmap(sleepy, options);
    const list = map(Array.from({ length: 1_000 }, (_, n) => n));
    const stream = map.stream(Array.from({ length: 1_000 }, (_, n) => n));
    assertEquals(await stream.next(), { done: false, value: 0 });
    const unopened = map.stream([1]);
    const outcomes = Promise.all([rejection<DOMException>(list), rejection<DOMException>(drain(stream))]);
    while (done < 6) await new Promise((resolve) => setTimeout(resolve, 5));
    await close();
    const doneAtClose = done;
    for (const { name, message } of await outcomes) {
      assertEquals([name, message], ["AbortError", "The instance was closed"]);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    assertEquals(done, doneAtClose);
    const refused = 'Cannot map "sleepy" as its instance is closed';
    await assertRejects(() => map([1]), ConfigurationError, refused);
    await assertRejects(() => unopened.next(), ConfigurationError, refused);
  });

  Deno.test(`close() of an instance ends the waits of its runs: ${mode}`, async () => {
    const { opmap, close } = createOpero({ minDelay: "1h", maxDelay: "1h" });
    const failing = opmap(async (_n: number) => {
      await null;
      throw new Error("busy");
    }, { mode, retries: 3, progress: false });
    const limited = opmap(sleepy, { mode, rateLimit: { limit: 1, per: "1h" }, retries: 0, progress: false });
    const outcomes = Promise.all([rejection(failing([1, 2])), rejection(limited([1, 2]))]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await close();
    assertEquals((await outcomes).map(({ name }) => name), ["AbortError", "AbortError"]);
  });
}

Deno.test("close() of the default instance ends its runs, and later runs start anew", async () => {
  const map = opmap(sleepy, { mode: "process", workers: 1, progress: false });
  const run = rejection(map(Array.from({ length: 1_000 }, (_, n) => n)));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await close();
  assertEquals((await run).message, "The instance was closed");
  assertEquals(await map([7]), [7]);
  await close();
});

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _value of stream);
}
