import {
  AllFailedError,
  CacheError,
  CircuitOpenError,
  ConfigurationError,
  JournalError,
  MapError,
  OperoError,
  OverloadError,
  RateLimitError,
  ResultError,
  SerializationError,
  TimeoutError,
  WorkerError,
} from "../errors.ts";
import { giveFailureWords } from "../errors/give_failure_words.ts";
import type { ErrorClass } from "./wire/error_class.ts";

const OWN: readonly ErrorClass[] = [
  AllFailedError,
  CacheError,
  CircuitOpenError,
  ConfigurationError,
  JournalError,
  MapError,
  OperoError,
  OverloadError,
  RateLimitError,
  ResultError,
  SerializationError,
  TimeoutError,
  WorkerError,
];

/**
 * The classes of errors among what options such as `retryOn` name: those, too, must hold for an error that crossed.
 *
 * @param options The values of the options.
 * @returns The classes of errors.
 */
export function errorClassesIn(...options: readonly unknown[]): ErrorClass[] {
  return options.flat().filter(isErrorClass);
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === "function" && value.prototype instanceof Error && value.name !== "";
}

/**
 * The classes that errors of workers become again, by name: those of this library and `others`.
 *
 * @param others Classes of the user's.
 * @returns The classes by name.
 */
export function knownErrorClasses(others: readonly ErrorClass[] = []): ReadonlyMap<string, ErrorClass> {
  giveFailureWords();
  return new Map([...OWN, ...others].map((type) => [type.name, type]));
}
