/** Where the tables and the function are: their names say by which form of them they were made. */
export const REQUEST_QUERY = "SELECT opero_limit_1($1) AS answer";

/** The latest pause or reset of a limit. */
export const EVENT_QUERY = "SELECT id || ' ' || ms AS answer FROM opero_limit_events_1 WHERE key = $1";

/** What a crash of the server may empty, in which case all buckets are full: nothing is written to its log. */
const TABLES = `
CREATE UNLOGGED TABLE IF NOT EXISTS opero_limits_1 (
  key text PRIMARY KEY, due float8 NOT NULL, filled float8 NOT NULL, paused float8 NOT NULL, seen float8 NOT NULL
) WITH (fillfactor = 50);
CREATE UNLOGGED TABLE IF NOT EXISTS opero_limit_clients_1 (
  key text NOT NULL, client text NOT NULL, until float8 NOT NULL, PRIMARY KEY (key, client)
) WITH (fillfactor = 50);
CREATE UNLOGGED TABLE IF NOT EXISTS opero_limit_events_1 (
  key text PRIMARY KEY, id bigint NOT NULL, ms float8 NOT NULL, at float8 NOT NULL
);`;

/** What is known of a limit at `now_ms`; a clock that is set back by more than a second moves what was written by it. */
const READ = `
CREATE OR REPLACE FUNCTION opero_limit_state_1(limit_key text, now_ms float8) RETURNS opero_limits_1
LANGUAGE plpgsql AS $opero$
DECLARE
  state opero_limits_1;
  shift float8;
BEGIN
  SELECT * INTO state FROM opero_limits_1 WHERE key = limit_key;
  IF NOT FOUND THEN
    SELECT limit_key, -1e15, -1e15, -1e15, now_ms INTO state;
  END IF;
  shift := CASE WHEN now_ms < state.seen - 1000 THEN now_ms - state.seen ELSE 0 END;
  state.due := state.due + shift;
  state.filled := state.filled + shift;
  state.paused := state.paused + shift;
  state.seen := now_ms;
  RETURN state;
END $opero$;`;

const WRITE = `
CREATE OR REPLACE FUNCTION opero_limit_keep_1(state opero_limits_1) RETURNS void LANGUAGE sql AS $opero$
  INSERT INTO opero_limits_1 VALUES (state.key, state.due, state.filled, state.paused, state.seen)
  ON CONFLICT (key) DO UPDATE
  SET due = excluded.due, filled = excluded.filled, paused = excluded.paused, seen = excluded.seen
$opero$;
CREATE OR REPLACE FUNCTION opero_limit_record_1(limit_key text, for_ms float8, now_ms float8) RETURNS void
LANGUAGE sql AS $opero$
  INSERT INTO opero_limit_events_1 VALUES (limit_key, 1, for_ms, now_ms)
  ON CONFLICT (key) DO UPDATE SET id = opero_limit_events_1.id + 1, ms = excluded.ms, at = excluded.at
$opero$;
CREATE OR REPLACE FUNCTION opero_limit_sweep_1(old_ms float8) RETURNS void LANGUAGE sql AS $opero$
  DELETE FROM opero_limits_1 WHERE key IN (
    SELECT key FROM opero_limits_1 WHERE greatest(due, paused, seen) < old_ms LIMIT 1000 FOR UPDATE SKIP LOCKED);
  DELETE FROM opero_limit_clients_1 WHERE (key, client) IN (
    SELECT key, client FROM opero_limit_clients_1 WHERE until < old_ms LIMIT 1000 FOR UPDATE SKIP LOCKED);
  DELETE FROM opero_limit_events_1 WHERE key IN (
    SELECT key FROM opero_limit_events_1 WHERE at < old_ms LIMIT 1000 FOR UPDATE SKIP LOCKED);
$opero$;`;

/** Does what `bookStates()` does. */
const BOOK = `
CREATE OR REPLACE FUNCTION opero_limit_book_1(request jsonb, now_ms float8) RETURNS text LANGUAGE plpgsql AS $opero$
DECLARE
  bookings jsonb := request->'bookings';
  earliest float8 := now_ms + (request->>'notBeforeMs')::float8;
  start_ms float8 := earliest;
  line_ms float8 := '-infinity';
  states opero_limits_1[] := '{}';
  state opero_limits_1;
  booking jsonb;
  interval_ms float8;
  counted bigint;
BEGIN
  FOR i IN 0 .. jsonb_array_length(bookings) - 1 LOOP
    booking := bookings->i;
    IF (booking->>'cost')::float8 > (booking->>'burst')::float8 THEN RETURN 'cost ' || i; END IF;
    interval_ms := (booking->>'intervalMs')::float8;
    state := opero_limit_state_1(booking->>'key', now_ms);
    line_ms := greatest(line_ms,
      greatest(state.due, earliest) + ((booking->>'cost')::float8 - (booking->>'burst')::float8) * interval_ms);
    start_ms := greatest(start_ms, state.paused, line_ms);
    states := states || state;
  END LOOP;
  IF start_ms - now_ms > (request->>'maxWaitMs')::float8 THEN RETURN 'wait ' || (start_ms - now_ms); END IF;
  FOR i IN 0 .. jsonb_array_length(bookings) - 1 LOOP
    booking := bookings->i;
    state := states[i + 1];
    IF state.due <= start_ms THEN state.filled := start_ms; END IF;
    state.due := greatest(state.due, start_ms)
      + (request->>'slots')::float8 * (booking->>'cost')::float8 * (booking->>'intervalMs')::float8;
    PERFORM opero_limit_keep_1(state);
  END LOOP;
  state := states[1];
  INSERT INTO opero_limit_clients_1 VALUES (state.key, request->>'client', greatest(start_ms, now_ms) + 3000)
  ON CONFLICT (key, client) DO UPDATE SET until = excluded.until;
  DELETE FROM opero_limit_clients_1 WHERE key = state.key AND until <= now_ms;
  SELECT count(*) INTO counted FROM opero_limit_clients_1 WHERE key = state.key;
  IF random() < 0.001 THEN PERFORM opero_limit_sweep_1(now_ms - 60000); END IF;
  RETURN 'ok ' || (start_ms - now_ms) || ' ' || (start_ms - line_ms) || ' ' || counted;
END $opero$;`;

/** One question a statement; those about one name come one after another. The time is read once it is their turn. */
const REQUEST = `
CREATE OR REPLACE FUNCTION opero_limit_1(request text) RETURNS text LANGUAGE plpgsql AS $opero$
DECLARE
  given jsonb := request::jsonb;
  now_ms float8;
  for_ms float8 := (given->>'forMs')::float8;
  cost float8 := (given->>'cost')::float8;
  state opero_limits_1;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(given->>'name', 1));
  now_ms := extract(epoch FROM clock_timestamp())::float8 * 1000;
  IF given->>'ask' = 'book' THEN RETURN opero_limit_book_1(given, now_ms); END IF;
  IF given->>'ask' = 'reset' THEN
    DELETE FROM opero_limits_1 WHERE key = given->>'key';
    PERFORM opero_limit_record_1(given->>'key', 0, now_ms);
    RETURN 'ok';
  END IF;
  state := opero_limit_state_1(given->>'key', now_ms);
  IF given->>'ask' = 'pause' THEN
    state.due := greatest(state.due, now_ms + for_ms);
    state.paused := greatest(state.paused, now_ms + for_ms);
    PERFORM opero_limit_record_1(given->>'key', for_ms, now_ms);
  ELSE
    IF cost > 0 THEN state.due := greatest(state.due, now_ms); END IF;
    IF cost > 0 OR state.filled <= now_ms - (given->>'agoMs')::float8 THEN
      state.due := state.due + cost * (given->>'intervalMs')::float8;
    END IF;
  END IF;
  PERFORM opero_limit_keep_1(state);
  RETURN 'ok';
END $opero$;`;

/**
 * The statements that make what the limits need in PostgreSQL, where that is missing: for a migration, where the user of the
 * program may make nothing itself. They are one transaction, which others that do the same wait for.
 *
 * @example
 * ```ts
 * import { LIMIT_SCHEMA } from "@opero/core/postgres";
 *
 * console.log(LIMIT_SCHEMA); // into a file of your migrations
 * ```
 */
export const LIMIT_SCHEMA: string = `SELECT pg_advisory_xact_lock(hashtextextended('opero_limit_1', 1));
${TABLES}${READ}${WRITE}${BOOK}${REQUEST}
`;
