import type { MaybePromise } from "../call/maybe_promise.ts";
import type { Engine } from "../queue/engine.ts";
import { DELIVERY_CHECKS } from "./engine_checks/delivery_checks.ts";
import { type CheckedEngine, type EngineCheck, textOf } from "./engine_checks/engine_check.ts";
import { FORGETTING_CHECKS, LINE_CHECKS } from "./engine_checks/line_checks.ts";

/** How {@link testEngine} tests. */
export interface EngineConformanceOptions {
  /** Registers one test: `Deno.test`, `test` of `node:test`, or `test` of `bun:test`. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /**
   * What the name of every test begins with.
   * @default "engine"
   */
  readonly name?: string | undefined;
  /**
   * How long the leases of the tests last, in milliseconds.
   * @default 2_000
   */
  readonly leaseMs?: number | undefined;
  /** Lets the broker `store` lose all frames; without it what comes after that is not tested. */
  readonly forget?: ((store: string) => MaybePromise<void>) | undefined;
}

/**
 * Registers the tests that every {@link Engine} has to pass: how frames, results and what is cancelled come to those that they
 * are for, leases, what is counted, lanes, versions, and what is left of a caller or a worker that is gone.
 *
 * @param open Opens an engine on the broker of that name: callers and workers each have one of their own. A name is made of
 * letters, digits and `-`; all may stand for one broker, as each test has a task of its own.
 * @param options How to test.
 *
 * @example In a test file, `test` is `Deno.test`, or `test` of `node:test` or `bun:test`
 * ```ts
 * import { type MemoryEngine, memoryEngine, testEngine } from "@opero/core/testing";
 *
 * const engines = new Map<string, MemoryEngine>();
 * const open = (store: string) => engines.get(store) ?? engines.set(store, memoryEngine()).get(store)!;
 * const tests: (() => Promise<void>)[] = [];
 * const test = (_name: string, run: () => Promise<void>) => tests.push(run);
 * testEngine(open, { test, name: "memoryEngine()", leaseMs: 300 });
 * for (const run of tests.slice(0, 2)) await run();
 * ```
 */
export function testEngine(open: (store: string) => MaybePromise<Engine>, options: EngineConformanceOptions): void {
  const { name = "engine", leaseMs = 2_000, forget } = options;
  const checks = [...DELIVERY_CHECKS, ...LINE_CHECKS, ...(forget === undefined ? [] : FORGETTING_CHECKS)];
  for (const check of checks) options.test(`${name} ${check.name}`, () => runCheck(check, open, leaseMs, forget));
}

async function runCheck(
  check: EngineCheck,
  open: (store: string) => MaybePromise<Engine>,
  leaseMs: number,
  forget: EngineConformanceOptions["forget"],
): Promise<void> {
  const id = crypto.randomUUID();
  const store = `conformance-${id}`;
  const opened: AsyncDisposable[] = [];
  const checked: CheckedEngine = {
    address: { task: `check-${id}`, version: "1" },
    leaseMs,
    open: async () => keep(opened, await open(store)),
    caller: async (name) => {
      const run = `${name}-${id}`;
      const results: string[] = [];
      const engine = await checked.open();
      const onResults = (frame: Uint8Array) => void results.push(textOf(frame));
      return { line: keep(opened, await engine.openCaller(checked.address, run, onResults)), run, results };
    },
    worker: async (slots = 1, address = checked.address) => {
      const engine = await checked.open();
      return keep(opened, await engine.openWorker(address, { slots, leaseMs }));
    },
    forget: forget === undefined ? undefined : async () => await forget(store),
  };
  try {
    await check.run(checked);
  } catch (error) {
    throw new Error(`The engine fails the conformance suite: it does not do this: ${check.name}`, { cause: error });
  } finally {
    // Lines before the engines that they belong to.
    for (const each of opened.reverse()) await each[Symbol.asyncDispose]();
  }
}

function keep<T extends AsyncDisposable>(opened: AsyncDisposable[], each: T): T {
  opened.push(each);
  return each;
}
