/** Stands between groups of digits: a narrow space that no line is broken at. */
const GROUP_SPACE = "\u202f";
/** Stands between a number and its unit. */
const UNIT_SPACE = "\u00a0";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A number for readers, with three digits or more: `12 345`, `0.5`, `1.04`.
 *
 * @param value The number.
 * @returns The text.
 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const rounded = Math.abs(value) >= 100 || Number.isInteger(value) ? Math.round(value) : Number(value.toPrecision(3));
  const [whole = "", fraction] = String(rounded).split(".");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, GROUP_SPACE);
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/**
 * A part of a whole: `99.5 %`. Only what is all of it is 100 %, and only what is none 0 %.
 *
 * @param part The part.
 * @param whole The whole.
 * @returns The text.
 */
export function formatShare(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : part / whole * 100;
  const shown = percent > 99.9 && part < whole ? 99.9 : percent < 0.1 && part > 0 ? 0.1 : percent;
  const text = shown === percent ? String(Number(percent.toPrecision(percent > 10 ? 3 : 2))) : String(shown);
  return `${shown < percent ? ">" : shown > percent ? "<" : ""}${text}${UNIT_SPACE}%`;
}

/**
 * A length of time: `250 ms`, `1.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`.
 *
 * @param seconds The length, in seconds.
 * @returns The text.
 */
export function formatSpan(seconds: number): string {
  if (seconds < 1e-3) return seconds === 0 ? `0${UNIT_SPACE}s` : `${formatNumber(seconds * 1e6)}${UNIT_SPACE}µs`;
  if (seconds < 0.9995) return `${formatNumber(seconds * 1_000)}${UNIT_SPACE}ms`;
  if (seconds < 59.5) return `${formatNumber(seconds)}${UNIT_SPACE}s`;
  if (seconds < HOUR - 0.5) return twoUnits(Math.round(seconds), MINUTE, "min", 1, "s");
  if (seconds < DAY - 30) return twoUnits(seconds, HOUR, "h", MINUTE, "min");
  return twoUnits(seconds, DAY, "d", HOUR, "h");
}

/**
 * A time on the clock, in UTC: `2026-11-25 22:00:07 UTC`.
 *
 * @param ms The time, in milliseconds since 1970.
 * @returns The text.
 */
export function formatTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC` : "–";
}

/**
 * A time of day, in UTC: `22:00:07`.
 *
 * @param ms The time, in milliseconds since 1970.
 * @returns The text.
 */
export function formatClock(ms: number): string {
  return formatTime(ms).slice(11, 19);
}

function twoUnits(seconds: number, unit: number, name: string, lesser: number, lesserName: string): string {
  const inLesser = Math.round(seconds / lesser);
  const perUnit = unit / lesser;
  const rest = inLesser % perUnit;
  const first = `${formatNumber(Math.floor(inLesser / perUnit))}${UNIT_SPACE}${name}`;
  return rest === 0 ? first : `${first} ${rest}${UNIT_SPACE}${lesserName}`;
}
