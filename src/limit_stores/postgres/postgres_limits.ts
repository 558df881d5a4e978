import type { LimitStore } from "../../limiter/store/limit_store.ts";
import { SystemClock } from "../../time/system_clock.ts";
import { adoptPostgresClient, type PostgresClient } from "./postgres_client.ts";
import { PostgresLimitStore } from "./postgres_limit_store.ts";

const TASK = "open the PostgreSQL limits";

/**
 * A store of rate limits in PostgreSQL 12 or later, for `store` of `rateLimit`, over a client of `npm:postgres` or `npm:pg` that is
 * passed in. Each question is one statement, whose time is the server's. Pauses by others are asked for 40 times a second while
 * calls wait. It makes three unlogged tables and some functions where they are missing, whose names begin with `opero_limit`.
 *
 * @param sql The client. It is left open.
 * @returns The store; close it with `await using`, or by its `[Symbol.asyncDispose]()`.
 * @throws {ConfigurationError} If it is no such client.
 *
 * @example
 * ```ts ignore
 * import postgres from "npm:postgres";
 * import { opero } from "@opero/core";
 * import { postgresLimits } from "@opero/core/postgres";
 *
 * const store = postgresLimits(postgres("postgres://localhost/app"));
 * const ask = opero(fetchAnswer, { rateLimit: { limit: 60, per: "1m", key: "model", store } });
 * ```
 */
export function postgresLimits(sql: PostgresClient): LimitStore {
  return new PostgresLimitStore(adoptPostgresClient(TASK, sql), new SystemClock());
}
