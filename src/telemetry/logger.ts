import { renewTurn } from "../time/marked_turn.ts";
import { wallClockNow } from "../time/read_time.ts";
import { silenceWarnings } from "../options/option_warnings.ts";
import { printable, printableFields, roundedNumber } from "../errors/printable.ts";
import { reportSafely } from "../runtime/report_safely.ts";
import { writeAbove } from "../runtime/terminal_lines.ts";
import { anyFunction, oneOf, type OptionRules, validateOptions } from "../options/validate.ts";

/** How grave a log line is, least first. */
export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** What may be written: lines from a level on, or nothing at all, warnings about a useless set-up included. */
export type LogThreshold = LogLevel | "OFF";

/** What a log line holds in addition to its message; never an argument, a cached value or a credential. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Takes log lines. Hand your own to `createOpero({ logger })`. */
export interface Logger {
  /**
   * Internals and the cache.
   *
   * @param message What happened.
   * @param fields What else is known of it.
   */
  debug(message: string, fields?: LogFields): void;
  /**
   * Calls, retries, fallbacks.
   *
   * @param message What happened.
   * @param fields What else is known of it.
   */
  info(message: string, fields?: LogFields): void;
  /**
   * Waits for the rate limit, and a backend in trouble.
   *
   * @param message What happened.
   * @param fields What else is known of it.
   */
  warning(message: string, fields?: LogFields): void;
  /**
   * Attempts used up, and wrong configuration.
   *
   * @param message What happened.
   * @param fields What else is known of it.
   */
  error(message: string, fields?: LogFields): void;
}

/** A line before it is made text. Its texts hold no control characters any more, its numbers are rounded. */
export interface LogRecord {
  /** When it was written. */
  readonly time: Date;
  /** How grave it is. */
  readonly level: LogLevel;
  /** Which part wrote it, as given to {@link getLogger}. */
  readonly name: string;
  /** What happened. */
  readonly message: string;
  /** What else there is to know. */
  readonly fields: LogFields;
}

/** What {@link configureLogging} takes. */
export interface LoggingOptions {
  /**
   * The least grave level that is written, in upper or lower case. `"OFF"` writes nothing, and silences
   * what is said without being asked for, such as that a cache cannot work, too.
   * @default "INFO"
   */
  readonly level?: LogThreshold | Lowercase<LogThreshold> | undefined;
  /** Takes each line. By default it goes to stderr. */
  readonly sink?: ((line: string, record: LogRecord) => void) | undefined;
  /** Makes a line of a record. The default writes time, level, name, message and `key=value` fields. */
  readonly format?: ((record: LogRecord) => string) | undefined;
}

const LEVELS: readonly LogThreshold[] = ["DEBUG", "INFO", "WARNING", "ERROR", "OFF"];

const OFF_RANK = LEVELS.indexOf("OFF");

const LOGGING_RULES: OptionRules = {
  level: { desired: oneOf(LEVELS).desired, accepts: (value) => rankOf(value) >= 0 },
  sink: anyFunction,
  format: anyFunction,
};

interface Logging {
  readonly rank: number;
  readonly sink: (line: string, record: LogRecord) => void;
  readonly format: (record: LogRecord) => string;
}

const UNCONFIGURED: Logging = { rank: Infinity, sink: writeToStderr, format: formatLogRecord };

let logging = UNCONFIGURED;

/**
 * Turns log lines on; before it is called no line is written. A second call takes the place of the first.
 *
 * @param options The level, the sink and the format of the lines.
 * @returns A function that restores what was in force before the call.
 * @throws {ConfigurationError} If an option is unknown or wrong.
 * @example
 * ```ts
 * import { configureLogging, getLogger } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const restore = configureLogging({ level: "warning", sink: (_line, { message }) => lines.push(message) });
 * getLogger("shop").info("not written");
 * getLogger("shop").warning("written");
 * restore();
 * getLogger("shop").warning("not written any more");
 * assertEquals(lines, ["written"]);
 * ```
 */
export function configureLogging(options: LoggingOptions = {}): () => void {
  validateOptions("configure logging", options, LOGGING_RULES);
  const { level = "INFO", sink = writeToStderr, format = formatLogRecord } = options;
  const before = logging;
  apply({ rank: rankOf(level), sink, format });
  return () => apply(before);
}

function apply(next: Logging): void {
  logging = next;
  renewTurn();
  silenceWarnings(next.rank === OFF_RANK);
}

function rankOf(level: unknown): number {
  return LEVELS.findIndex((known) => known === String(level).toUpperCase());
}

/**
 * A logger whose lines bear `name`; it follows {@link configureLogging}, also when that is called later.
 *
 * @param name The name on each line.
 * @returns The logger.
 *
 * @example
 * ```ts
 * import { configureLogging, getLogger } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * configureLogging({ sink: (line) => lines.push(line), format: ({ name, message }) => `${name}: ${message}` });
 * getLogger("shop").info("open");
 * assertEquals(lines, ["shop: open"]);
 * ```
 */
export function getLogger(name: string): Logger {
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}) => write(level, name, message, fields);
  return { debug: at("DEBUG"), info: at("INFO"), warning: at("WARNING"), error: at("ERROR") };
}

/**
 * Whether any line at all would be written: asked on every call, so it is one comparison.
 *
 * @returns `true` after {@link configureLogging} with a level other than `OFF`.
 */
export function isLoggingOn(): boolean {
  return logging.rank < OFF_RANK;
}

/**
 * Whether lines of the level `WARNING` go to a sink of the user's own.
 *
 * @returns `true` if the user receives the warnings.
 */
export function hasOwnWarningSink(): boolean {
  return logging.sink !== writeToStderr && LEVELS.indexOf("WARNING") >= logging.rank;
}

/**
 * The default text of a line: `2026-01-01T00:00:00.000Z WARNING opero message key=value`. A record is one line:
 * line breaks and other control characters in it are escaped. Numbers are rounded to the thousandth.
 *
 * @param record What is to be written.
 * @returns The line, without a line break at its end.
 *
 * @example
 * ```ts
 * import { formatLogRecord } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const time = new Date("2026-01-01T00:00:00Z");
 * const record = { time, level: "INFO", name: "shop", message: "sold", fields: { article: "pen", price: 0.1 + 0.2 } } as const;
 * assertEquals(formatLogRecord(record), "2026-01-01T00:00:00.000Z INFO shop sold article=pen price=0.3");
 * ```
 */
export function formatLogRecord(record: LogRecord): string {
  const fields = Object.entries(record.fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${formatField(value)}`);
  return printable(`${record.time.toISOString()} ${record.level} ${record.name} ${record.message}${fields.join("")}`);
}

function formatField(value: string | number | boolean | undefined): string {
  if (typeof value === "number") return String(roundedNumber(value));
  return typeof value === "string" && /[\s"=]/.test(value) ? JSON.stringify(value) : String(value);
}

function write(level: LogLevel, name: string, message: string, fields: LogFields): void {
  if (LEVELS.indexOf(level) < logging.rank) return;
  const { sink, format } = logging;
  reportSafely(() => {
    const record: LogRecord = {
      time: new Date(wallClockNow()),
      level,
      name: printable(name),
      message: printable(message),
      fields: printableFields(fields),
    };
    return sink(format(record), record);
  });
}

function writeToStderr(line: string): void {
  writeAbove(() => console.error(line));
}
