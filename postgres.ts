/**
 * Rate limits that processes share over PostgreSQL, by a client of the user's: of `npm:postgres` or `npm:pg`.
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
 *
 * @module
 */
export { postgresLimits } from "./src/limit_stores/postgres/postgres_limits.ts";
export { LIMIT_SCHEMA } from "./src/limit_stores/postgres/limit_schema.ts";
export type { PgClient, PostgresClient, PostgresJsClient } from "./src/limit_stores/postgres/postgres_client.ts";
export type { Booked, Booking, BookOptions, LimitStore, SettleOptions } from "./src/limiter/store/limit_store.ts";
