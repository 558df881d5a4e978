import { assert } from "@std/assert";
import { createOpero, type OperoOptions } from "@opero/core";
import { rejectionOf } from "../support/lab.ts";

/** What a call passes through, and what of it the caller may wait for. */
const LAYERS: Record<string, OperoOptions> = {
  "nothing": {},
  "timeout": { timeout: "5s" },
  "deadline": { deadline: "5s" },
  "signal": { signal: new AbortController().signal },
  "timeout, deadline and signal": { timeout: "5s", deadline: "5s", signal: new AbortController().signal },
  "rateLimit": { rateLimit: 200 },
  "a second round": { retries: 1, minDelay: 0, maxDelay: 0, retryOn: RangeError },
  "argFallback": { argFallback: 0, fallbackValues: ["a", "b"], fallbackDelay: "1ms", fallbackOn: RangeError },
  "cache": { cache: true },
  "cache and signal": { cache: true, signal: new AbortController().signal },
  "fallback": { fallback: 1 },
  'context: "async"': { context: "async" },
};

for (const [name, options] of Object.entries(LAYERS)) {
  for (const way of ["call", "with()", "withMeta()"] as const) {
    Deno.test(`opero() leaves the caller in the stack of an error that is thrown on: ${name}, ${way}`, async () => {
      const { opero } = createOpero();
      let runs = 0;
      const parse = opero(async function parse(_keys?: string[]): Promise<void> {
        await Promise.resolve();
        if (options.retryOn !== undefined && ++runs % 2 === 1) throw new RangeError("again");
        throw new TypeError("line 3");
      }, { retryOn: RangeError, ...options } as object);
      const ways = { "call": parse, "with()": parse.with({ timeout: "5s" }), "withMeta()": parse.withMeta };
      async function importCatalogue(): Promise<void> {
        await ways[way]();
      }
      // The first need not wait for the rate limit.
      for (let call = 0; call < 2; call++) {
        const { stack } = await rejectionOf(importCatalogue()) as Error;
        assert(stack!.includes("importCatalogue"), stack);
      }
    });
  }
}
