import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { ConfigurationError } from "@opero/core";
import { type AnyPooledFunction, referToFunction } from "../../src/pool/function_reference.ts";
import { openPool, runItem } from "../support/open_pool.ts";

const holder = {
  method(n: number) {
    return n + 1;
  },
  async ["computed" + 1](n: number) {
    return await n + 2;
  },
  [Symbol.for("method")](n: number) {
    return n + 4;
  },
};

class Holder {
  static method(n: number) {
    return n + 3;
  }
}

Deno.test("referToFunction() makes functions of every form ones that a worker can run", async () => {
  const forms: AnyPooledFunction[] = [
    function (n: number) {
      return n;
    },
    (n: number) => n,
    async (n: number) => await n,
    holder.method,
    holder.computed1 as AnyPooledFunction,
    Holder.method,
    Reflect.get(holder, Symbol.for("method")) as AnyPooledFunction,
  ];
  const results = [];
  for (const fn of forms) {
    await using pool = openPool(fn);
    results.push(await runItem(pool, 1));
  }
  assertEquals(results, [1, 1, 1, 2, 3, 4, 5]);
});

Deno.test("referToFunction() refuses functions whose source is hidden, and classes", () => {
  for (const fn of [Math.max, holder.method.bind(holder), Holder as unknown as AnyPooledFunction]) {
    const error = assertThrows(() => referToFunction(fn, 'wrap "f"'));
    assertInstanceOf(error, ConfigurationError);
    assertEquals(
      error.message,
      'Cannot wrap "f" as the function of a pool must have a source that can be sent to a worker: ' +
        "received one that is built in, bound or a class",
    );
  }
});
