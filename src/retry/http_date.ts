const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
/** `Sun, 06 Nov 1994 08:49:37 GMT`, and the older `Sunday, 06-Nov-94 08:49:37 GMT`. */
const DAY_FIRST =
  /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? +(\d{1,2})[ -]([a-z]{3})[ -](\d{4}|\d{2}) +(\d{1,2}):(\d{2}):(\d{2})(?: *(?:GMT|UTC?|Z|([+-]\d{2}):?(\d{2})))?$/i;
/** `Sun Nov  6 08:49:37 1994`, as C writes it. */
const MONTH_FIRST = /^([a-z]+,? +)([a-z]{3}) +(\d{1,2}) +([\d:]+) +(\d{4})/i;

/**
 * The time, in milliseconds since 1970, of a date in one of the three forms of HTTP (RFC 9110, section 5.6.7), or
 * `undefined`. It is in GMT, whether it says so or not, and wherever this runs: `Date.parse` would take the form of C for
 * local time.
 *
 * @param text The value of a header.
 * @param wallNowMs The wall-clock time, in milliseconds since 1970.
 * @returns The time, or `undefined` where the text is no such date.
 */
export function parseHttpDate(text: string, wallNowMs: number): number | undefined {
  const found = DAY_FIRST.exec(text.replace(MONTH_FIRST, "$1$3 $2 $5 $4"));
  if (found === null) return undefined;
  const [, day, month, year, hour, minute, second, zoneHour, zoneMinute] = found;
  const date = utc(fullYear(year!, wallNowMs), month!, day!, hour!, minute!, second!);
  return date === undefined ? undefined : date - offsetMs(zoneHour, zoneMinute);
}

function utc(year: number, month: string, ...rest: string[]): number | undefined {
  const monthIndex = MONTHS.indexOf(month.toLowerCase());
  const [day, hour, minute, second] = rest.map(Number) as [number, number, number, number];
  if (monthIndex < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  return Date.UTC(year, monthIndex, day, hour, minute, second);
}

/** Two digits are of the century in which they are at most 50 years ahead. */
function fullYear(year: string, wallNowMs: number): number {
  if (year.length === 4) return Number(year);
  const now = new Date(wallNowMs).getUTCFullYear();
  const full = now - now % 100 + Number(year);
  return full > now + 50 ? full - 100 : full;
}

function offsetMs(hour: string | undefined, minute: string | undefined): number {
  if (hour === undefined) return 0;
  const minutes = Math.abs(Number(hour)) * 60 + Number(minute);
  return (hour.startsWith("-") ? -minutes : minutes) * 60_000;
}
