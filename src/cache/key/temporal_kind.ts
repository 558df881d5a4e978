import type { KindState, StateKind } from "./state_kind.ts";

interface Moment {
  toString(options?: { calendarName: "always" }): string;
}

/** The fields of a duration: its text makes one of a thousand milliseconds and a second. */
const OF_DURATIONS = [
  ...["years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds"],
  "nanoseconds",
] as const;

const CLASSES = [
  "Instant",
  "PlainDate",
  "PlainTime",
  "PlainDateTime",
  "PlainYearMonth",
  "PlainMonthDay",
  "ZonedDateTime",
];

/**
 * The kind of what has `prototype`, where that is a class of `Temporal`.
 *
 * @param prototype The prototype of the object.
 * @returns The kind, or `undefined` for any other class.
 */
export function temporalKind(prototype: object): StateKind | undefined {
  const tag: unknown = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value;
  if (typeof tag !== "string" || !tag.startsWith("Temporal.")) return undefined;
  const name = tag.slice("Temporal.".length);
  if (name !== "Duration" && !CLASSES.includes(name)) return undefined;
  const read = name === "Duration" ? readDuration : (moment: object) => readMoment(prototype as Moment, moment);
  return { name: tag, read, hiddenNames: () => 0, hasFields: true };
}

/** The calendar is always part of it, and with it the day that a month, and the year that a day of the year stands for. */
function readMoment(prototype: Moment, moment: object): KindState {
  return { text: "", items: [prototype.toString.call(moment, { calendarName: "always" })] };
}

function readDuration(duration: object): KindState {
  return { text: "", items: OF_DURATIONS.map((unit) => (duration as Record<string, unknown>)[unit]) };
}
