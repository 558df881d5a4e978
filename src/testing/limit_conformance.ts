import type { MaybePromise } from "../call/maybe_promise.ts";
import type { LimitStore } from "../limiter/store/limit_store.ts";
import type { LimitCheck } from "./conformance/limit_check.ts";
import { BOOKING_CHECKS } from "./conformance/booking_checks.ts";
import { SHARING_CHECKS } from "./conformance/sharing_checks.ts";

/** How {@link testLimitStore} tests. */
export interface LimitConformanceOptions {
  /** Registers one test: `Deno.test`, `test` of `node:test`, or `test` of `bun:test`. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /**
   * What the name of every test begins with.
   * @default "store"
   */
  readonly name?: string | undefined;
}

/**
 * Registers the tests that every {@link LimitStore} has to pass: those of this library do. They cover the rate, bursts and costs,
 * all or nothing over several limits, waits that are too long, pauses and who receives them, costs known afterwards, clients, keys
 * of any text, and bookings at the same time.
 *
 * @param open Opens a client of one store, which all calls share.
 * @param options How to test.
 *
 * @example In a test file, `test` is `Deno.test`, or `test` of `node:test` or `bun:test`
 * ```ts
 * import { memoryLimits, testLimitStore } from "@opero/core/testing";
 *
 * const store = memoryLimits();
 * const tests: (() => Promise<void>)[] = [];
 * const test = (_name: string, run: () => Promise<void>) => tests.push(run);
 * testLimitStore(() => store, { test, name: "memoryLimits()" });
 * for (const run of tests) await run();
 * ```
 */
export function testLimitStore(open: () => MaybePromise<LimitStore>, options: LimitConformanceOptions): void {
  const { test, name = "store" } = options;
  for (const check of [...BOOKING_CHECKS, ...SHARING_CHECKS]) {
    test(`${name} ${check.name}`, () => runCheck(check, open));
  }
}

async function runCheck(check: LimitCheck, open: () => MaybePromise<LimitStore>): Promise<void> {
  const opened: LimitStore[] = [];
  const key = `conformance-${crypto.randomUUID()}`;
  try {
    await check.run({
      key,
      open: async () => {
        const store = await open();
        opened.push(store);
        return store;
      },
    });
  } catch (error) {
    throw new Error(`The store fails the conformance suite: ${check.name}`, { cause: error });
  } finally {
    for (const store of opened) await store[Symbol.asyncDispose]();
    const last = await open();
    for (const place of [0, 1]) await last.reset(`${key}#${place}`);
    await last[Symbol.asyncDispose]();
  }
}
