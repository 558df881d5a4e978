import { assertEquals, assertInstanceOf } from "@std/assert";
import { type AllFailedError, opmap } from "@opero/core";
import { errorClassesIn } from "../../src/pool/known_errors.ts";

class Busy extends Error {}
class Gone extends Error {}

/** Throws an error of a class that has the same name here; its source travels. */
function fail(name: string): never {
  class Busy extends Error {}
  class VeryBusy extends Busy {}
  class Gone extends Error {}
  throw new ({ Busy, VeryBusy, Gone } as Record<string, new (message: string) => Error>)[name]!(name);
}

const OPTIONS = { workers: 1, retries: 2, minDelay: 0, maxDelay: 0, progress: false, onError: "return" } as const;

for (const mode of ["process", "async_process"] as const) {
  Deno.test(`'retryOn' in mode "${mode}" names classes that errors from a worker become again`, async () => {
    for (const retryOn of [Busy, [Gone, Busy]]) {
      await using map = opmap(fail, { ...OPTIONS, mode, retryOn });
      const [busy, veryBusy] = await map(["Busy", "VeryBusy"]) as unknown as [AllFailedError, AllFailedError];
      for (const error of [busy, veryBusy]) {
        assertEquals(error.errors.length, 3);
        error.errors.forEach((each) => assertInstanceOf(each, Busy));
      }
      assertEquals((veryBusy.errors[0] as Error).name, "VeryBusy");
    }
  });

  Deno.test(`'retryOn' in mode "${mode}" leaves errors of other classes alone`, async () => {
    await using map = opmap(fail, { ...OPTIONS, mode, retryOn: Busy });
    const [error] = await map(["Gone"]) as unknown as [Error];
    assertEquals([error.name, error.message, error instanceof Busy], ["Gone", "Gone", false]);
  });
}

Deno.test("errorClassesIn() finds the classes of errors in options, and no predicates", () => {
  const predicate = (error: unknown) => error instanceof Busy;
  assertEquals(errorClassesIn(Busy, [Gone, predicate], predicate, undefined, Error), [Busy, Gone]);
});
