/** SQLITE_BUSY and SQLITE_LOCKED, SQLITE_CORRUPT and SQLITE_NOTADB, without what extends them. */
const BUSY_CODES = [5, 6];
const DAMAGE_CODES = [11, 26];

/**
 * Whether another connection is in the way, for now.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if the operation can be tried again.
 */
export function isBusy(error: unknown): boolean {
  return isKind(error, BUSY_CODES, /database (?:table |schema )?is (?:locked|busy)/i);
}

/**
 * Whether the file is no database, or one that is damaged.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if the file is of no use.
 */
export function isDamage(error: unknown): boolean {
  return isKind(error, DAMAGE_CODES, /not a database|malformed|corrupt/i);
}

/** By the message where there is no code: only some of the libraries tell SQLite's own. */
function isKind(error: unknown, codes: readonly number[], text: RegExp): boolean {
  const { errcode, message } = Object(error) as { errcode?: unknown; message?: unknown };
  return typeof errcode === "number" ? codes.includes(errcode & 0xff) : text.test(String(message));
}
