import { formatDuration, toSeconds } from "./duration.ts";

const BRAND = Symbol.for("@opero/core/error");

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
  /** The stable code of the kind of error. */
  readonly code: OperoErrorCode;

  /** Makes an error of the kind `code`; subclasses set it. */
  constructor(code: OperoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, "name", { value: new.target.name, configurable: true, writable: true });
    Object.defineProperty(this, BRAND, { value: true });
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
  return typeof value === "object" && value !== null && BRAND in value;
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
  /** The limit that was passed, in seconds. */
  readonly timeout: number;

  /** Makes the error for a limit of `timeoutMs` milliseconds. */
  constructor(message: string, timeoutMs: number, options?: ErrorOptions) {
    super("TIMEOUT", message, options);
    this.timeout = toSeconds(timeoutMs);
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
  /** After how many seconds a call would get through. */
  readonly retryAfter: number;

  /** Makes the error; `retryAfterMs` is the wait that was refused, in milliseconds. */
  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super("RATE_LIMIT", message, options);
    this.retryAfter = toSeconds(retryAfterMs);
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
  /** The value that was refused. It is neither printed nor logged. */
  readonly value!: unknown;

  /** Makes the error for a `value` that the function called `functionName` returned. */
  constructor(functionName: string, value: unknown, options?: ErrorOptions) {
    super("RESULT", `An attempt of ${JSON.stringify(functionName)} returned a value that 'failOn' refuses`, options);
    Object.defineProperty(this, "value", { value, enumerable: false });
  }

  /** The refused value where it is a `Response`, so that its status and its Retry-After are found. */
  get response(): Response | undefined {
    const isResponse = Object.prototype.toString.call(this.value) === "[object Response]";
    return isResponse ? this.value as Response : undefined;
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
 * const flaky = opero((): string => { throw new TypeError("no"); }, { retries: 1, minDelay: "1ms" });
 * const error = await flaky().catch((error) => error);
 * assertInstanceOf(error, AllFailedError);
 * assertEquals(error.attempts.length, 2);
 * assertEquals(Object.keys(error.errorsByType()), ["TypeError"]);
 * ```
 */
export class AllFailedError extends OperoError {
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
    super("ALL_FAILED", message);
    this.attempts = init.attempts;
    this.errors = init.attempts.map((attempt) => attempt.error);
    this.reason = init.reason;
    this.correlationId = init.correlationId;
    defineCause(this, this.errors.at(-1));
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
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      reason: this.reason,
      correlationId: this.correlationId,
      attempts: this.attempts.map((attempt) => ({
        ...attempt,
        startedAt: toIso(attempt.startedAt),
        error: describeError(attempt.error),
      })),
    };
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
  /** The results by place; `undefined` where the item failed. */
  readonly results: readonly unknown[];
  /** The failed items, by place. */
  readonly errors: readonly MapItemError[];

  /** Makes the error; its `cause` is the first item's error. */
  constructor(message: string, results: readonly unknown[], errors: readonly MapItemError[]) {
    super("MAP", message);
    this.results = results;
    this.errors = errors;
    defineCause(this, errors[0]?.error);
  }

  /** What `JSON.stringify` writes: the failed items, without the results. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      errors: this.errors.map(({ index, error }) => ({ index, error: describeError(error) })),
    };
  }
}

/** The name of the kind of `error`; of a thrown value that is no error, its type. */
export function errorName(error: unknown): string {
  if (error instanceof Error) return String(error.name);
  if (error === null) return "null";
  if (typeof error !== "object") return typeof error;
  return className(error) ?? "object";
}

/** The name of the class of `value`, and not of what a field that is called "constructor" holds. */
export function className(value: object): string | undefined {
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** The kind of `error` with its code or HTTP status, which tell nothing private. */
export function errorLabel(error: unknown): string {
  const { code, status } = describeFields(error);
  const mark = status ?? (error instanceof OperoError ? undefined : code);
  return mark === undefined ? errorName(error) : `${errorName(error)} (${mark})`;
}

function describeError(error: unknown): Record<string, unknown> {
  const message = error instanceof Error ? error.message : undefined;
  const described = { name: errorName(error), message, ...describeFields(error) };
  return error instanceof AllFailedError ? error.toJSON() : described;
}

function describeFields(error: unknown): { code?: string | number; status?: number } {
  if (typeof error !== "object" || error === null) return {};
  const { code, status } = error as { code?: unknown; status?: unknown };
  return {
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(typeof status === "number" ? { status } : {}),
  };
}

function toIso(date: Date): string {
  return Number.isNaN(date.getTime()) ? "an unknown time" : date.toISOString();
}

/**
 * `structuredClone` copies an error's own `cause` and fails whole where that cannot be cloned,
 * so a cause that may not clone is given by a getter, which it passes over.
 */
function defineCause(error: Error, cause: unknown): void {
  const descriptor = isCloneable(cause) ? { value: cause, writable: true } : { get: () => cause };
  Object.defineProperty(error, "cause", { ...descriptor, configurable: true, enumerable: false });
}

/** What `instanceof Error` takes for an error may be a proxy of one, or made by hand, which no clone comes of. */
const CLONEABLE_TAGS = new Set(["[object Error]", "[object DOMException]"]);

function isCloneable(cause: unknown): boolean {
  let current = cause;
  for (let depth = 0; depth < 16; depth++) {
    if (typeof current === "function" || typeof current === "symbol") return false;
    if (typeof current !== "object" || current === null) return true;
    if (!CLONEABLE_TAGS.has(Object.prototype.toString.call(current))) return false;
    current = Object.getOwnPropertyDescriptor(current, "cause")?.value;
  }
  return false;
}
