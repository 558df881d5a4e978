import { formatDuration } from "./errors/format_duration.ts";
import {
  BRAND,
  describeAllFailed,
  describeError,
  errorLabel,
  errorName,
  errorText,
  newRoom,
  rootOf,
  toIso,
} from "./errors/error_label.ts";
import { isResponse } from "./errors/http_status.ts";
import { readField, readList, tagOf } from "./errors/read_field.ts";

/** Names a class by a text, since what is minified has another name than what was written. */
function nameClass(errorClass: abstract new (...args: never[]) => Error, name: string): void {
  Object.defineProperty(errorClass, "name", { value: name, configurable: true });
  Object.defineProperty(errorClass.prototype, "name", { value: name, configurable: true, writable: true });
}

/** The codes that {@link OperoError.code} can bear; they stay the same between versions. */
export type OperoErrorCode =
  | "ALL_FAILED"
  | "CONFIGURATION"
  | "TIMEOUT"
  | "RATE_LIMIT"
  | "WORKER"
  | "SERIALIZATION"
  | "MAP"
  | "RESULT"
  | "CACHE";

/**
 * What every error of this library extends. `code` tells the kinds apart without `instanceof`,
 * also across two copies of the library.
 *
 * @example
 * ```ts
 * import { ConfigurationError, OperoError } from "@opero/core";
 * import { assert } from "@std/assert";
 *
 * assert(new ConfigurationError("Cannot start") instanceof OperoError);
 * ```
 */
export class OperoError extends Error {
  static {
    nameClass(this, "OperoError");
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  /** The stable code of the kind of error. */
  readonly code: OperoErrorCode;

  /** Makes an error of the kind `code`; subclasses set it. */
  constructor(code: OperoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    // Only a class of a user's own has yet to be named: to define a property costs more than all else here.
    if (this.name !== new.target.name) {
      Object.defineProperty(this, "name", { value: new.target.name, configurable: true, writable: true });
    }
  }
}

/**
 * Whether `value` is an error of this library, whichever copy of it made the error.
 *
 * @example
 * ```ts
 * import { isOperoError } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isOperoError(new Error("no")), false);
 * ```
 */
export function isOperoError(value: unknown): value is OperoError {
  return readField(value, BRAND) === true;
}

/**
 * Options or their combination are wrong, or the platform lacks what they ask for.
 *
 * @example
 * ```ts
 * import { ConfigurationError, opero } from "@opero/core";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(
 *   () => opero(function fetchUser() {}, { retries: -1 }),
 *   ConfigurationError,
 *   `Cannot wrap "fetchUser" as 'retries' must be a non-negative integer: received -1`,
 * );
 * ```
 */
export class ConfigurationError extends OperoError {
  static {
    nameClass(this, "ConfigurationError");
  }

  /** Makes the error; `message` names the option, the value received and what is allowed. */
  constructor(message: string, options?: ErrorOptions) {
    super("CONFIGURATION", message, options);
  }
}

/**
 * One attempt ran longer than its `timeout`, or a call longer than its `deadline`.
 *
 * @example
 * ```ts
 * import { AllFailedError, opero, TimeoutError } from "@opero/core";
 * import { assertInstanceOf, assertRejects } from "@std/assert";
 *
 * const hanging = opero(() => new Promise<void>(() => {}), { timeout: "5ms", retries: 0 });
 * const error = await assertRejects(() => hanging(), AllFailedError);
 * assertInstanceOf(error.cause, TimeoutError);
 * ```
 */
export class TimeoutError extends OperoError {
  static {
    nameClass(this, "TimeoutError");
  }

  /** The limit that was passed, in seconds. */
  readonly timeout: number;

  /** Makes the error for a limit of `timeoutMs` milliseconds. */
  constructor(message: string, timeoutMs: number, options?: ErrorOptions) {
    super("TIMEOUT", message, options);
    this.timeout = timeoutMs / 1_000;
  }
}

/**
 * A call would have waited longer for the rate limit than `rateLimitMaxWait` allows.
 *
 * @example
 * ```ts
 * import { opero, RateLimitError } from "@opero/core";
 * import { assertRejects } from "@std/assert";
 *
 * const ping = opero(() => "pong", { rateLimit: 1, rateLimitMaxWait: "100ms" });
 * await ping();
 * await assertRejects(() => ping(), RateLimitError);
 * ```
 */
export class RateLimitError extends OperoError {
  static {
    nameClass(this, "RateLimitError");
  }

  /** After how many seconds a call would get through. */
  readonly retryAfter: number;

  /** Makes the error; `retryAfterMs` is the wait that was refused, in milliseconds. */
  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super("RATE_LIMIT", message, options);
    this.retryAfter = retryAfterMs / 1_000;
  }
}

/**
 * A worker died, or could not be started, while it ran an item.
 *
 * @example
 * ```ts
 * import { opmap, WorkerError } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * await using halves = opmap((n: number) => n / 2, {
 *   mode: "process",
 *   retries: 1,
 *   retryOn: WorkerError, // only an attempt that its worker did not survive is made again
 * });
 * assertEquals(await halves([2, 4]), [1, 2]);
 * ```
 */
export class WorkerError extends OperoError {
  static {
    nameClass(this, "WorkerError");
  }

  /** Makes the error; `message` says how the worker ended. */
  constructor(message: string, options?: ErrorOptions) {
    super("WORKER", message, options);
  }
}

/**
 * A value cannot be carried to a worker or kept in a cache without loss.
 *
 * @example
 * ```ts
 * import { type CacheBackend, SerializationError } from "@opero/core";
 *
 * const numbers = new Map<string, number>();
 * const backend: Pick<CacheBackend, "set"> = {
 *   set(key, { value }) {
 *     if (typeof value !== "number") throw new SerializationError("Only numbers can be kept here");
 *     numbers.set(key, value);
 *   },
 * };
 * backend.set("answer", { value: 42, createdAt: Date.now(), expiresAt: Infinity, staleUntil: Infinity });
 * ```
 */
export class SerializationError extends OperoError {
  static {
    nameClass(this, "SerializationError");
  }

  /** Makes the error; `message` says which kind of value, never the value. */
  constructor(message: string, options?: ErrorOptions) {
    super("SERIALIZATION", message, options);
  }
}

/**
 * A value was returned for which `failOn` is true, so its attempt counts as failed.
 *
 * @example
 * ```ts
 * import { ResultError } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new ResultError("fetchUser", { ok: false });
 * assertEquals(error.message, 'An attempt of "fetchUser" returned a value that \'failOn\' refuses');
 * assertEquals(JSON.stringify(error).includes("ok"), false);
 * ```
 */
export class ResultError extends OperoError {
  static {
    nameClass(this, "ResultError");
  }

  /** The value that was refused. It is neither printed nor logged. */
  readonly value!: unknown;

  /** Makes the error for a `value` that the function called `functionName` returned. */
  constructor(functionName: string, value: unknown, options?: ErrorOptions) {
    super("RESULT", `An attempt of ${JSON.stringify(functionName)} returned a value that 'failOn' refuses`, options);
    Object.defineProperty(this, "value", { value, enumerable: false });
  }

  /** The refused value where it is a `Response`, so that its status and its Retry-After are found. */
  get response(): Response | undefined {
    return isResponse(this.value) ? this.value : undefined;
  }
}

/**
 * The cache could not do what it was asked for by name, such as `.cache.clear()`. A call never rejects with it.
 *
 * @example
 * ```ts
 * import { CacheError, OperoError } from "@opero/core";
 * import { assert } from "@std/assert";
 *
 * assert(new CacheError('The cache of "load" could not be cleared') instanceof OperoError);
 * ```
 */
export class CacheError extends OperoError {
  static {
    nameClass(this, "CacheError");
  }

  /** Makes the error; its `cause` is what the backend threw. */
  constructor(message: string, options?: ErrorOptions) {
    super("CACHE", message, options);
  }
}

/** What is known of one run of the user's function that failed. */
export interface AttemptRecord {
  /** The place among all attempts of the call, from 1. */
  readonly number: number;
  /** The round in which it ran, from 0. */
  readonly retry: number;
  /** The index of the fallback value it ran with, or `undefined` without `argFallback`. */
  readonly fallbackIndex: number | undefined;
  /** When it began; a first attempt is dated to the turn of the event loop it began in. */
  readonly startedAt: Date;
  /** How long it ran, in seconds. */
  readonly duration: number;
  /** What it threw. */
  readonly error: unknown;
}

/** Why a call gave up: its attempts were used up, its deadline came, or the server asked for too long a wait. */
export type AllFailedReason = "attempts" | "deadline" | "retry_after";

/** What {@link AllFailedError} is made of. */
export interface AllFailedInit {
  /** A record per failed attempt, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** Why no further attempt was made. */
  readonly reason: AllFailedReason;
  /** The id that the log lines and events of the call bear. */
  readonly correlationId: string;
}

/**
 * Every attempt of a call failed. It holds all of their errors; its text names only their kinds,
 * since messages may hold what nobody should print.
 *
 * @example
 * ```ts
 * import { AllFailedError, opero } from "@opero/core";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * const flaky = opero((): string => { throw new RangeError("no"); }, { retries: 1, minDelay: "1ms" });
 * const error = await flaky().catch((error) => error);
 * assertInstanceOf(error, AllFailedError);
 * assertEquals(error.attempts.length, 2);
 * assertEquals(Object.keys(error.errorsByType()), ["RangeError"]);
 * ```
 */
export class AllFailedError extends OperoError {
  static {
    nameClass(this, "AllFailedError");
  }

  /** What every attempt threw, in order. */
  readonly errors: readonly unknown[];
  /** A record per attempt, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** Why no further attempt was made. */
  readonly reason: AllFailedReason;
  /** The id that the log lines and events of the call bear. */
  readonly correlationId: string;

  /** Makes the error; its `cause` is the last attempt's error. */
  constructor(message: string, init: AllFailedInit) {
    const cause = init.attempts.at(-1)?.error;
    const isPlain = isCloneable(cause);
    super("ALL_FAILED", message, isPlain ? { cause } : undefined);
    this.attempts = init.attempts;
    this.errors = init.attempts.map((attempt) => attempt.error);
    this.reason = init.reason;
    this.correlationId = init.correlationId;
    if (!isPlain) hideCause(this, cause);
  }

  /** The errors of the attempts, grouped by the name of their kind. */
  errorsByType(): Record<string, unknown[]> {
    const groups: Record<string, unknown[]> = Object.create(null);
    for (const error of this.errors) (groups[errorName(error)] ??= []).push(error);
    return groups;
  }

  /** A line per attempt: round, fallback value by its index, start, duration, kind of error. */
  summary(): string {
    const lines = this.attempts.map((attempt) => {
      const fallback = attempt.fallbackIndex === undefined ? "" : `, fallback ${attempt.fallbackIndex}`;
      const took = formatDuration(attempt.duration * 1_000);
      return `  ${attempt.number}. retry ${attempt.retry}${fallback}, at ${toIso(attempt.startedAt)}` +
        `, after ${took}: ${errorLabel(attempt.error)}`;
    });
    return [this.message, ...lines].join("\n");
  }

  /** What `JSON.stringify` writes: all but the stack, with each error as its name, message and code. */
  toJSON(): Record<string, unknown> {
    return describeAllFailed(this, newRoom());
  }
}

/** The error of one item of a map. */
export interface MapItemError {
  /** The item's place, from 0. */
  readonly index: number;
  /** What its call rejected with. */
  readonly error: unknown;
}

/**
 * Some items of a map failed; all others have their results in it.
 *
 * @example
 * ```ts
 * import { MapError, opmap } from "@opero/core";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * const parse = opmap((text: string): number => JSON.parse(text), { retries: 0 });
 * const error = await parse(["1", "two", "3"]).catch((error) => error);
 * assertInstanceOf(error, MapError);
 * assertEquals(error.results, [1, undefined, 3]);
 * assertEquals(error.errors[0].index, 1);
 * ```
 */
export class MapError extends OperoError {
  static {
    nameClass(this, "MapError");
  }

  /** The results by place; `undefined` where the item failed. They are not printed with the error. */
  readonly results!: readonly unknown[];
  /** The failed items, by place. */
  readonly errors: readonly MapItemError[];

  /** Makes the error; its `cause` is the first item's error. */
  constructor(message: string, results: readonly unknown[], errors: readonly MapItemError[]) {
    const cause = errors[0]?.error;
    const isPlain = isCloneable(cause);
    super("MAP", message, isPlain ? { cause } : undefined);
    this.errors = errors;
    // Results are the user's data, and printing an error shows its enumerable fields.
    Object.defineProperty(this, "results", { value: results, enumerable: false });
    if (!isPlain) hideCause(this, cause);
  }

  /** A line per failed item: its index, its error, and the text of that; of very many items the first 1 000. */
  summary(): string {
    const lines = this.errors.slice(0, MAX_SUMMARY_LINES).map(({ index, error }) =>
      `  item ${index}: ${lineOf(error)}`
    );
    const left = this.errors.length - lines.length;
    return [this.message, ...lines, ...(left > 0 ? [`  and ${left} more`] : [])].join("\n");
  }

  /** What `JSON.stringify` writes: the failed items, without the results. */
  toJSON(): Record<string, unknown> {
    const room = newRoom();
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      errors: this.errors.map(({ index, error }) => ({ index, error: describeError(error, room) })),
    };
  }
}

const MAX_SUMMARY_LINES = 1_000;
const MAX_SUMMARY_TEXT = 500;

/** What went wrong in one line: of a call that was tried again, its own text and that of its last attempt. */
function lineOf(error: unknown): string {
  const root = rootOf(error);
  const text = errorText(root, MAX_SUMMARY_TEXT)?.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ") ?? "";
  const attempts = root === error ? "" : `, after ${countAttempts(error)}`;
  return errorLabel(root) + (text === "" ? "" : `: ${text}`) + attempts;
}

function countAttempts(error: unknown): string {
  const { length } = readList(error, "attempts", Infinity);
  return length === 1 ? "1 attempt" : `${length} attempts`;
}

/**
 * `structuredClone` copies an error's own `cause` and fails whole where that cannot be cloned,
 * so a cause that may not clone is given by a getter, which it passes over.
 */
function hideCause(error: Error, cause: unknown): void {
  Object.defineProperty(error, "cause", { get: () => cause, configurable: true, enumerable: false });
}

/** Deeper than this a chain of causes is not looked through. */
const MAX_CAUSES = 16;

function isCloneable(cause: unknown): boolean {
  let current = cause;
  for (let depth = 0; depth < MAX_CAUSES; depth++) {
    if (typeof current === "function" || typeof current === "symbol") return false;
    if (typeof current !== "object" || current === null) return true;
    if (!isPlainError(current)) return false;
    current = ownCause(current);
  }
  return false;
}

/** What `instanceof Error` takes for an error may be a proxy of one, or made by hand, which no clone comes of. */
function isPlainError(value: object): boolean {
  const tag = tagOf(value);
  if (tag !== "[object DOMException]") {
    if (tag !== "[object Error]" || readField(value, Symbol.toStringTag) !== undefined) return false;
  }
  // The clone reads these, and ends with what reading them throws.
  return isReadableText(value, "name") && isReadableText(value, "message") && hasPlainStack(value);
}

function isReadableText(value: object, key: string): boolean {
  try {
    const type = typeof Reflect.get(value, key);
    return type === "string" || type === "undefined";
  } catch {
    return false;
  }
}

/** Where the engine keeps stacks behind a getter of its own. */
const NATIVE_STACK = Object.getOwnPropertyDescriptor(new Error(), "stack")?.get;

/** To read the stack would be to have it written, which takes long. */
function hasPlainStack(value: object): boolean {
  const getter = Object.getOwnPropertyDescriptor(value, "stack")?.get;
  return getter === undefined || getter === NATIVE_STACK;
}

function ownCause(value: object): unknown {
  return Object.getOwnPropertyDescriptor(value, "cause")?.value;
}
