import type { LimitStore } from "../../limiter/store/limit_store.ts";
import { nonEmptyString, type OptionRules, plainObject, validateOptions, wrongOption } from "../../options/validate.ts";
import type { KvDatabase } from "../../runtime/kv.ts";
import { LazyModule } from "../../runtime/lazy_module.ts";
import { requireKv } from "../../runtime/require_kv.ts";
import { LateLimitStore } from "../late_limit_store.ts";

/** What {@link kvLimits} takes: where the database is, or an open one. */
export interface KvLimitsConfig {
  /** The file of the database; `":memory:"` for none. By default it is the script's own, on Deno Deploy the project's. */
  readonly path?: string | undefined;
  /** An open database, of `Deno.openKv`. It is left open. */
  readonly kv?: KvDatabase | undefined;
}

const TASK = "open the kv limits";

const store = /* @__PURE__ */ new LazyModule(() => import("./open_kv_limits.ts"));

const RULES: OptionRules = {
  path: nonEmptyString,
  kv: {
    desired: "an open Deno.Kv",
    accepts: (value) => plainObject.accepts(value) && typeof Reflect.get(Object(value), "atomic") === "function",
    isPrivate: true,
  },
};

/**
 * A store of rate limits in a Deno KV, for `store` of `rateLimit`: on Deno Deploy, for all instances of a project. A booking is
 * one commit, which is made again where another process was faster. Deno KV has no clock that can be asked: it goes by those of
 * the processes, which must agree. The database is opened when it is first used. It needs `--unstable-kv`, and with a `path` the
 * permission to read and write that.
 *
 * @param config Where the database is.
 * @returns The store; close it with `await using`, or by its `[Symbol.asyncDispose]()`.
 * @throws {ConfigurationError} If an option is wrong, or the runtime has no `Deno.openKv` and no `kv` is passed in.
 *
 * @example
 * ```ts
 * import { kvLimits, opero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = kvLimits({ path: ":memory:" });
 * const area = opero((width: number, height: number) => width * height, {
 *   rateLimit: { limit: 100, key: "areas", store },
 * });
 * assertEquals(await area(3, 4), 12);
 * ```
 */
export function kvLimits(config: KvLimitsConfig = {}): LimitStore {
  validateOptions(TASK, config, RULES);
  const { path, kv } = config;
  if (kv !== undefined && path !== undefined) {
    throw wrongOption(TASK, "path", { desired: "left out where 'kv' is given" }, path);
  }
  if (kv === undefined) requireKv(TASK, "sqliteLimits() or redisLimits()");
  return new LateLimitStore("kv", async () => (await store.load()).openKvLimits(path, kv));
}
