import {
  AllFailedError,
  ConfigurationError,
  MapError,
  OperoError,
  RateLimitError,
  SerializationError,
  TimeoutError,
  WorkerError,
} from "../errors.ts";
import type { ErrorClass } from "./pool.ts";

const OWN: readonly ErrorClass[] = [
  AllFailedError,
  ConfigurationError,
  MapError,
  OperoError,
  RateLimitError,
  SerializationError,
  TimeoutError,
  WorkerError,
];

/** The classes that errors of workers become again, by name: those of this library and `others`. */
export function knownErrorClasses(others: readonly ErrorClass[] = []): ReadonlyMap<string, ErrorClass> {
  return new Map([...OWN, ...others].map((type) => [type.name, type]));
}
