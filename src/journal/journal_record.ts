/** The form of journals that this version of the library writes. */
export const JOURNAL_FORMAT = 1;

/** What the first line of a journal says. */
export interface JournalHeader {
  /** The name of the function whose items are recorded. */
  readonly task: string;
  /** The version of the function, where it has one. */
  readonly version: string | undefined;
  /** What tells the items apart: the items themselves, or a function of the user's own. */
  readonly keyed: "item" | "own";
  /** When it was begun, in ISO 8601. */
  readonly at: string;
}

/** How an item ended. Times are in milliseconds. */
export interface RecordFacts {
  /** The hash by which the item is known, with `#2` behind it for the second of equal ones. */
  readonly key: string;
  /** How many times the function ran. */
  readonly attempts: number;
  /** When it ended, since 1970. */
  readonly atMs: number;
  /** How long it took, waits included. */
  readonly durationMs: number;
  /** How much of that it waited for limits and between attempts. */
  readonly waitedMs: number;
}

/** An item that has its value. */
export interface OkRecord extends RecordFacts {
  /** It has. */
  readonly status: "ok";
  /** The value, as it is written. */
  readonly value: WrittenValue;
}

/** An item that failed. */
export interface FailedRecord extends RecordFacts {
  /** It failed. */
  readonly status: "failed";
  /** What with. */
  readonly error: RecordedError;
}

/** A line of a journal behind the first. */
export type JournalRecord = OkRecord | FailedRecord;

/** A value in a form that JSON can hold. */
export interface WrittenValue {
  /** `"v"` for plain JSON, `"g"` for a graph in JSON, which holds what JSON has no form for, and `""` for `undefined`. */
  readonly form: "v" | "g" | "";
  /** The JSON; empty for `undefined`. */
  readonly json: string;
  /** What the JSON says, of a line that was read: new with each reading. */
  readonly parsed?: unknown;
}

/** What is recorded of an error. */
export interface RecordedError {
  /** Its name. */
  readonly name: string;
  /** Its text, without what may come from the item. */
  readonly message: string;
  /** Its HTTP status or its code, where it has one. */
  readonly status: string | number | undefined;
  /** What each attempt failed with, in short: the status, the code or the name; at most 20. */
  readonly attempts: readonly string[];
}

/** As in the lines; what comes last may be long. */
interface RecordLine {
  readonly k: string;
  readonly s: "ok" | "failed";
  readonly a: number;
  readonly t: number;
  readonly d: number;
  readonly w: number;
  readonly v?: unknown;
  readonly g?: unknown;
  readonly e?: RecordedError;
}

/**
 * The first line of a journal.
 *
 * @param header What it says.
 * @returns The line, with its end.
 */
export function writeHeader({ task, version, keyed, at }: JournalHeader): string {
  return `${JSON.stringify({ opero: JOURNAL_FORMAT, task, version, key: keyed, at })}\n`;
}

/**
 * What the first line of a file says, if it is a journal's.
 *
 * @param line The line, without its end.
 * @returns The header, the number of another format, or `undefined` where the file is none of a journal.
 */
export function readHeader(line: string): JournalHeader | number | undefined {
  const read = parsedObject(line) as {
    opero?: unknown;
    task?: unknown;
    version?: unknown;
    key?: unknown;
    at?: unknown;
  };
  const { opero, task, version, key, at } = read ?? {};
  if (typeof opero !== "number") return undefined;
  if (opero !== JOURNAL_FORMAT) return opero;
  if (typeof task !== "string" || (key !== "item" && key !== "own")) return undefined;
  return { task, version: typeof version === "string" ? version : undefined, keyed: key, at: String(at) };
}

/**
 * A line for an item.
 *
 * @param record How the item ended.
 * @returns The line, with its end.
 */
export function writeRecord(record: JournalRecord): string {
  const { key, status, attempts, atMs, durationMs, waitedMs } = record;
  const facts = `{"k":"${key}","s":"${status}","a":${attempts},"t":${Math.round(atMs)},"d":${short(durationMs)},"w":${
    short(waitedMs)
  }`;
  if (status === "failed") return `${facts},"e":${JSON.stringify(record.error)}}\n`;
  const { form, json } = record.value;
  return form === "" ? `${facts}}\n` : `${facts},"${form}":${json}}\n`;
}

/** A tenth of a millisecond is as exact as a duration is worth writing. */
function short(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** What a key may be: a hash, and which of equal items it is: a number that is exact. */
const KEY = /^[\w-]{22}(?:#[1-9]\d{0,14})?$/;

/**
 * What a line says of an item.
 *
 * @param line The line, without its end.
 * @returns The record, or `undefined` where the line is damaged.
 */
export function readRecord(line: string): JournalRecord | undefined {
  const read = lineOf(line);
  if (read === undefined) return undefined;
  const { k, s, a, t, d, w, e } = read;
  const facts = { key: k, attempts: a, atMs: t, durationMs: d, waitedMs: w };
  return s === "ok" ? { ...facts, status: s, value: writtenIn(line, read) } : { ...facts, status: s, error: e! };
}

/**
 * Which item a line is of, and how that ended: all that is kept of it while a journal is open.
 *
 * @param line The line, without its end.
 * @returns The key and the status, or `undefined` where the line is damaged.
 */
export function readOutcome(line: string): Pick<JournalRecord, "key" | "status"> | undefined {
  const read = lineOf(line);
  return read && { key: read.k, status: read.s };
}

function lineOf(text: string): RecordLine | undefined {
  const read = parsedObject(text) as Partial<RecordLine> | undefined;
  if (read === undefined) return undefined;
  const { k, s, a, t, d, w, e } = read;
  if (typeof k !== "string" || !KEY.test(k)) return undefined;
  if (typeof a !== "number" || typeof t !== "number" || typeof d !== "number" || typeof w !== "number") {
    return undefined;
  }
  return s === "ok" || (s === "failed" && isRecordedError(e)) ? read as RecordLine : undefined;
}

/** The value as it stands in the line: it is its last field, and no other before it has a text of the file's own. */
function writtenIn(line: string, { v, g }: Partial<RecordLine>): WrittenValue {
  const form = g !== undefined ? "g" : v !== undefined ? "v" : "";
  if (form === "") return { form, json: "" };
  const mark = `,"${form}":`;
  const json = line.slice(line.indexOf(mark) + mark.length, line.lastIndexOf("}"));
  return { form, json, parsed: form === "v" ? v : g };
}

function isRecordedError(value: unknown): value is RecordedError {
  const { name, message, attempts } = Object(value) as Partial<RecordedError>;
  return typeof name === "string" && typeof message === "string" && Array.isArray(attempts);
}

function parsedObject(line: string): object | undefined {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === "object" && read !== null && !Array.isArray(read) ? read : undefined;
  } catch {
    return undefined;
  }
}
