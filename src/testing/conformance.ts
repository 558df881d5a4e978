import { seededRandom } from "./seeded_random.ts";
import type { CacheBackend } from "../cache/backend/cache_backend.ts";
import type { MaybePromise } from "../call/maybe_promise.ts";
import type { Check, CheckedStore } from "./conformance/check.ts";
import { ENTRY_CHECKS } from "./conformance/entry_checks.ts";
import { KEY_CHECKS } from "./conformance/key_checks.ts";
import { LIFECYCLE_CHECKS, PERSISTENCE_CHECKS } from "./conformance/lifecycle_checks.ts";
import { LOCK_CHECKS, NO_LOCK_CHECKS, SHARED_LOCK_CHECKS } from "./conformance/lock_checks.ts";
import { RESULT_CHECKS } from "./conformance/result_checks.ts";
import { VALUE_CHECKS } from "./conformance/value_checks.ts";

/** How {@link testCacheBackend} tests. */
export interface CacheConformanceOptions {
  /** Registers one test: `Deno.test`, `test` of `node:test`, or `test` of `bun:test`. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /**
   * What the name of every test begins with.
   * @default "backend"
   */
  readonly name?: string | undefined;
  /**
   * Whether a store outlives the backend, and whether two backends share it.
   * @default false
   */
  readonly isPersistent?: boolean | undefined;
  /**
   * Whether every awkward value has to be kept; otherwise a `SerializationError` will do, but never another value.
   * @default false
   */
  readonly keepsEverything?: boolean | undefined;
  /**
   * Whether it has locks, for the option `cacheLock`.
   * @default false
   */
  readonly hasLocks?: boolean | undefined;
  /**
   * What the generated keys depend on; a test that fails with them tells it.
   * @default a new one in every run
   */
  readonly seed?: number | undefined;
}

/**
 * Registers the tests that every {@link CacheBackend} has to pass: those of this library do. They
 * cover awkward values (`undefined`, `-0`, cycles, errors), expiry, deletes, prefixes, hostile keys
 * (`../../x`, `__proto__`, NUL, lone surrogates, 1 MB), writers at once, use after `close()`, the tags of results, and with `hasLocks` its locks.
 *
 * @param open Opens a backend over the store of that name, empty where the name is new. A name is made of letters, digits
 * and `-`. Without `isPersistent` every call may give an empty store.
 * @param options How to test.
 *
 * @example In a test file, `test` is `Deno.test`, or `test` of `node:test` or `bun:test`
 * ```ts
 * import type { CacheBackend, CacheEntry } from "@opero/core";
 * import { testCacheBackend } from "@opero/core/testing";
 *
 * class MapCache implements CacheBackend {
 *   readonly #entries = new Map<string, CacheEntry>();
 *   get(key: string) {
 *     return this.#entries.get(key);
 *   }
 *   set(key: string, entry: CacheEntry) {
 *     this.#entries.set(key, entry);
 *   }
 *   delete(key: string) {
 *     return this.#entries.delete(key);
 *   }
 *   clear(prefix: string) {
 *     for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
 *   }
 * }
 *
 * const tests: (() => Promise<void>)[] = [];
 * const test = (_name: string, run: () => Promise<void>) => tests.push(run);
 * testCacheBackend(() => new MapCache(), { test, name: "MapCache", keepsEverything: true });
 * for (const run of tests) await run();
 * ```
 */
export function testCacheBackend(
  open: (store: string) => MaybePromise<CacheBackend>,
  options: CacheConformanceOptions,
): void {
  const { name = "backend", isPersistent = false, keepsEverything = false, hasLocks = false } = options;
  const { seed = Math.floor(Math.random() * 2 ** 32) } = options;
  const checks = [...VALUE_CHECKS, ...ENTRY_CHECKS, ...KEY_CHECKS, ...LIFECYCLE_CHECKS, ...RESULT_CHECKS];
  if (isPersistent) checks.push(...PERSISTENCE_CHECKS);
  checks.push(...hasLocks ? LOCK_CHECKS : NO_LOCK_CHECKS);
  if (hasLocks && isPersistent) checks.push(...SHARED_LOCK_CHECKS);
  for (const check of checks) {
    options.test(`${name} ${check.name}`, () => runCheck(check, open, keepsEverything, seed));
  }
}

async function runCheck(
  check: Check,
  open: (store: string) => MaybePromise<CacheBackend>,
  keepsEverything: boolean,
  seed: number,
): Promise<void> {
  const store = `conformance-${crypto.randomUUID()}`;
  const opened: CacheBackend[] = [];
  const checked: CheckedStore = {
    open: async () => {
      const backend = await open(store);
      opened.push(backend);
      return backend;
    },
    keepsEverything,
    random: seededRandom(seed),
  };
  try {
    await check.run(checked);
  } catch (error) {
    throw new Error(`The backend fails the conformance suite (seed ${seed}): ${check.name}`, { cause: error });
  } finally {
    await leaveEmpty(opened, () => open(store));
  }
}

/** Nothing is left behind, neither open nor in the store. */
async function leaveEmpty(opened: readonly CacheBackend[], open: () => MaybePromise<CacheBackend>): Promise<void> {
  for (const backend of opened) await backend.close?.();
  const last = await open();
  await last.clear("");
  await last.close?.();
}
