import { reportSafely } from "./internal/report_safely.ts";
import { anyFunction, oneOf, type OptionRules, validateOptions } from "./internal/validate.ts";

/** How grave a log line is, least first. */
export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** What a log line tells besides its message; never an argument, a cached value or a credential. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Takes log lines. Hand your own to `createOpero({ logger })`. */
export interface Logger {
  /** Internals and the cache. */
  debug(message: string, fields?: LogFields): void;
  /** Calls, retries, fallbacks. */
  info(message: string, fields?: LogFields): void;
  /** Waits for the rate limit, and a backend in trouble. */
  warning(message: string, fields?: LogFields): void;
  /** Attempts used up, and wrong configuration. */
  error(message: string, fields?: LogFields): void;
}

/** A line before it is made text. */
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
   * The least grave level that is written, in upper or lower case.
   * @default "INFO"
   */
  readonly level?: LogLevel | Lowercase<LogLevel> | undefined;
  /** Takes each line. By default it goes to stderr. */
  readonly sink?: ((line: string, record: LogRecord) => void) | undefined;
  /** Makes a line of a record. The default writes time, level, name, message and `key=value` fields. */
  readonly format?: ((record: LogRecord) => string) | undefined;
}

const LEVELS: readonly LogLevel[] = ["DEBUG", "INFO", "WARNING", "ERROR"];

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

const SILENT: Logging = { rank: Infinity, sink: writeToStderr, format: formatLogRecord };

let logging = SILENT;

/**
 * Turns log lines on; before it is called nothing is written. A second call takes the place of the first.
 *
 * @throws {ConfigurationError} If an option is unknown or wrong.
 * @example
 * ```ts
 * import { configureLogging, getLogger } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * configureLogging({ level: "warning", sink: (_line, { message }) => lines.push(message) });
 * getLogger("shop").info("not written");
 * getLogger("shop").warning("written");
 * assertEquals(lines, ["written"]);
 * ```
 */
export function configureLogging(options: LoggingOptions = {}): Logger {
  validateOptions("configure logging", options, LOGGING_RULES);
  const { level = "INFO", sink = writeToStderr, format = formatLogRecord } = options;
  logging = { rank: rankOf(level), sink, format };
  return getLogger("opero");
}

function rankOf(level: unknown): number {
  return LEVELS.indexOf(String(level).toUpperCase() as LogLevel);
}

/**
 * A logger whose lines bear `name`; it follows {@link configureLogging}, also when that is called later.
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

/** Whether any line at all would be written: asked on every call, so it is one comparison. */
export function isLoggingOn(): boolean {
  return logging !== SILENT;
}

/**
 * The default text of a line: `2026-01-01T00:00:00.000Z WARNING opero message key=value`.
 *
 * @example
 * ```ts
 * import { formatLogRecord } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const time = new Date("2026-01-01T00:00:00Z");
 * const record = { time, level: "INFO", name: "shop", message: "sold", fields: { article: "pen" } } as const;
 * assertEquals(formatLogRecord(record), "2026-01-01T00:00:00.000Z INFO shop sold article=pen");
 * ```
 */
export function formatLogRecord(record: LogRecord): string {
  const fields = Object.entries(record.fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) =>
      ` ${key}=${typeof value === "string" && /[\s"=]/.test(value) ? JSON.stringify(value) : value}`
    );
  return `${record.time.toISOString()} ${record.level} ${record.name} ${record.message}${fields.join("")}`;
}

function write(level: LogLevel, name: string, message: string, fields: LogFields): void {
  if (LEVELS.indexOf(level) < logging.rank) return;
  const record: LogRecord = { time: new Date(), level, name, message, fields };
  reportSafely(() => logging.sink(logging.format(record), record));
}

function writeToStderr(line: string): void {
  console.error(line);
}
