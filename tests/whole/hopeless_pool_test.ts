import { assertEquals, assertInstanceOf } from "@std/assert";
import { createOpero } from "../../src/create_opero.ts";
import { WorkerError } from "../../src/errors.ts";
import { rejection } from "../support/open_pool.ts";

function* endless(): Generator<number> {
  for (let n = 0;; n++) yield n;
}

const BROKEN = { module: "data:text/javascript,throw new TypeError('broken')", mode: "process", retries: 0 } as const;

for (const onError of ["throw", "skip", "abort"] as const) {
  Deno.test(`a run over an endless source ends where no worker can be started: onError "${onError}"`, async () => {
    await using instance = createOpero();
    const map = instance.opmap((n: number) => n, { ...BROKEN, name: "same", onError, progress: false });
    for (const run of [map.stream(endless()).next(), map(endless())]) {
      const error = await rejection<Error & { cause?: Error }>(run);
      assertInstanceOf(innermost(error), TypeError);
    }
  });
}

Deno.test('a stream with onError "return" hands out why no worker can be started', async () => {
  await using instance = createOpero();
  const map = instance.opmap((n: number) => n, { ...BROKEN, onError: "return", progress: false });
  let count = 0;
  for await (const value of map.stream(endless())) {
    assertInstanceOf((value as Error).cause, WorkerError);
    if (++count === 3) break;
  }
  assertEquals(count, 3);
});

function innermost(error: unknown): unknown {
  const { cause } = error as { cause?: unknown };
  return cause === undefined ? error : innermost(cause);
}
