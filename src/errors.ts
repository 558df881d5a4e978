export {
  AllFailedError,
  type AllFailedInit,
  type AllFailedReason,
  type AttemptRecord,
} from "./errors/all_failed_error.ts";
export { CacheError } from "./errors/cache_error.ts";
export { CircuitOpenError } from "./errors/circuit_open_error.ts";
export { ConfigurationError } from "./errors/configuration_error.ts";
export { EngineError } from "./errors/engine_error.ts";
export { JournalError } from "./errors/journal_error.ts";
export { MapError, type MapItemError } from "./errors/map_error.ts";
export { isOperoError, OperoError, type OperoErrorCode } from "./errors/opero_error.ts";
export { OverloadError } from "./errors/overload_error.ts";
export { RateLimitError } from "./errors/rate_limit_error.ts";
export { ResultError } from "./errors/result_error.ts";
export { SerializationError } from "./errors/serialization_error.ts";
export { TimeoutError } from "./errors/timeout_error.ts";
export { WorkerError } from "./errors/worker_error.ts";
