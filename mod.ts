/**
 * Calls that survive: cache → retry with backoff and jitter → fallback → rate limit → timeout, in one line and with
 * the types kept.
 *
 * @example
 * ```ts
 * import { opero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const area = opero((width: number, height: number) => width * height, { retries: 3, cache: true });
 * assertEquals(await area(3, 4), 12);
 * ```
 *
 * @module
 */
export { clearCache, close, events, invalidateTags, opero, opmap } from "./src/default_instance.ts";
export { createOpero, type OperoInstance } from "./src/create_opero.ts";
export type { InstanceOptions } from "./src/engine/instance_options.ts";
export type { Opero, OperoWrapper } from "./src/opero.ts";
export type { Opmap, OpmapWrapper } from "./src/opmap.ts";
export type { MapMode, OnError, OpmapOptions, ProgressOption, RunOptions } from "./src/map/opmap_options.ts";
export type { JournalConfig, JournalDurability, JournalOption, JournalResume } from "./src/journal/journal_options.ts";
export type { MapCalls, Mapped, MapResult } from "./src/map/mapped.ts";
export type { MappedRun, MapStats, MapStream } from "./src/map/mapped_run.ts";
export type {
  ReportBin,
  ReportError,
  ReportExample,
  ReportItem,
  ReportItemName,
  ReportLatency,
  ReportOptions,
  ReportTimeline,
  ReportWorker,
  RunAbout,
  RunReport,
  RunTotals,
} from "./src/run_stats/run_report.ts";
export type {
  CallerLine,
  Delivery,
  Engine,
  Lane,
  ReplacementFrame,
  TaskAddress,
  WorkerLine,
} from "./src/queue/engine.ts";
export type { ClusterOptions } from "./src/queue/cluster_options.ts";
export type { Items } from "./src/map/item_source.ts";
export type { WorkerPermissions } from "./src/pool/sandbox.ts";
export { transfer } from "./src/pool/transfer.ts";
export type { ProgressState } from "./src/progress/progress.ts";
export { progress, type ProgressLog } from "./src/progress/progress_log.ts";
export type { ContextOptions, NameOptions, OperoOptions, StatsOptions } from "./src/engine/opero_options.ts";
export type {
  AnyFunction,
  AsyncFunction,
  CacheHandle,
  CallMeta,
  CallOptions,
  OperoHandles,
  OwnProperties,
  WithMeta,
  Wrapped,
} from "./src/engine/wrapped.ts";
export type { PolicyHandles } from "./src/policy/policy_handles.ts";
export type { LimiterHandle } from "./src/limiter/limiter_handle.ts";
export type { BreakerHandle, BreakerMetrics, CircuitState } from "./src/breaker/breaker_handle.ts";
export type { ShownOptions } from "./src/engine/shown_options.ts";
export type { HiddenValue } from "./src/options/hidden_value.ts";
export type { CallContext } from "./src/attempt/call_context.ts";
export { currentCall } from "./src/attempt/current_call.ts";
export {
  AllFailedError,
  type AllFailedInit,
  type AllFailedReason,
  type AttemptRecord,
  CacheError,
  CircuitOpenError,
  ConfigurationError,
  EngineError,
  isOperoError,
  JournalError,
  MapError,
  type MapItemError,
  OperoError,
  type OperoErrorCode,
  OverloadError,
  RateLimitError,
  ResultError,
  SerializationError,
  TimeoutError,
  WorkerError,
} from "./src/errors.ts";
export { isFailedResponse } from "./src/retry/is_failed_response.ts";
export { isTransient } from "./src/retry/is_transient.ts";
export type { RetryContext, RetryPredicate } from "./src/attempt/retry_context.ts";
export type { JitterContext, JitterFunction, JitterName } from "./src/retry/backoff.ts";
export type { Duration } from "./src/time/duration.ts";
export type { ErrorClass } from "./src/options/error_matcher.ts";
export type { RetryOptions } from "./src/layers/retry.ts";
export type { CustomLayer, LayersOptions, NamedLayer } from "./src/policy/custom_layers.ts";
export type { LayerCall, LayerFunction, LayerHandler } from "./src/policy/layer_call.ts";
export type { LayerPlace } from "./src/policy/policy.ts";
export type { ReraiseOptions } from "./src/layers/reraise.ts";
export type { CacheOptions, ResultFunction } from "./src/layers/cache.ts";
export type { CacheStats } from "./src/cache/results/cache_account.ts";
export type { RateLimitOptions } from "./src/layers/rate_limit.ts";
export type { RateLimit } from "./src/policy/rate_fields.ts";
export { kvLimits, type KvLimitsConfig } from "./src/limit_stores/kv/kv_limits.ts";
export { sqliteLimits } from "./src/limit_stores/sqlite/sqlite_limits.ts";
export type { Booked, Booking, BookOptions, LimitStore, SettleOptions } from "./src/limiter/store/limit_store.ts";
export type { ArgFallbackOptions } from "./src/layers/arg_fallback.ts";
export type { CheckedArgFallback } from "./src/policy/checked_arg_fallback.ts";
export type { FallbackStrategy } from "./src/fallback/fallback_strategy.ts";
export type { CircuitBreakerOptions } from "./src/layers/circuit_breaker.ts";
export type { CircuitBreakerConfig } from "./src/policy/breaker_fields.ts";
export type { RetryBudgetConfig } from "./src/policy/budget_fields.ts";
export type { HedgeOptions } from "./src/layers/hedge.ts";
export type { HedgeConfig, HedgeQuantile } from "./src/policy/hedge_fields.ts";
export type { ConcurrencyOptions } from "./src/layers/concurrency.ts";
export type { ConcurrencyConfig } from "./src/policy/concurrency_fields.ts";
export type { TimeoutOptions } from "./src/layers/timeout.ts";
export type { DeadlineOptions } from "./src/layers/deadline.ts";
export type { FailOnOptions, FailurePredicate } from "./src/layers/fail_on.ts";
export type { FallbackOptions } from "./src/layers/fallback.ts";
export type { SignalOptions } from "./src/layers/signal.ts";
export type { CacheMode, CacheStatus } from "./src/call/call_state.ts";
export type {
  CacheBackend,
  CacheBackendFactory,
  CacheBackendHost,
  CacheClaim,
  CacheEntry,
} from "./src/cache/backend/cache_backend.ts";
export type { CacheLockConfig } from "./src/policy/lock_fields.ts";
export type { MaybePromise } from "./src/call/maybe_promise.ts";
export { diskCache, type DiskCacheConfig } from "./src/cache/disk/disk_cache.ts";
export { sqliteCache, type SqliteCacheConfig } from "./src/cache/sqlite/sqlite_cache.ts";
export type { SqliteDatabase, SqliteStatement } from "./src/runtime/sqlite.ts";
export { registerCacheBackend } from "./src/engine/open_cache.ts";
export type { Clock, Timer } from "./src/time/clock.ts";
export {
  configureLogging,
  formatLogRecord,
  getLogger,
  type LogFields,
  type Logger,
  type LoggingOptions,
  type LogLevel,
  type LogRecord,
  type LogThreshold,
} from "./src/telemetry/logger.ts";
export type { CallStats, LatencyStats } from "./src/telemetry/call_tally.ts";
export { getCorrelationId, withCorrelationId } from "./src/telemetry/correlation.ts";
export { generateCorrelationId } from "./src/runtime/correlation_id.ts";
export { EventHub, type Unsubscribe } from "./src/telemetry/events.ts";
export type {
  CacheErrorEvent,
  CallEvent,
  CircuitEvent,
  CircuitWaitEvent,
  FailureEvent,
  FallbackCooldownEvent,
  FallbackEvent,
  HedgeEvent,
  ItemDoneEvent,
  OperoEvents,
  QueueEvent,
  RateLimitedEvent,
  RateLimitPausedEvent,
  RetryEvent,
  SuccessEvent,
} from "./src/telemetry/opero_events.ts";
export { ensureAsync, isAsyncFunction } from "./src/call/ensure_async.ts";
export { type RunAsync, runAsync, type RunAsyncOptions } from "./src/run_async.ts";
export { fromKeyv } from "./src/cache/keyv/keyv_cache.ts";
export type { KeyvLike } from "./src/cache/keyv/keyv_like.ts";
export { kvCache, type KvCacheConfig } from "./src/cache/kv/kv_cache.ts";
export { memoryCache, type MemoryCacheConfig } from "./src/cache/memory/memory_cache.ts";
export { tiered, TieredCache } from "./src/cache/tiered/tiered_cache.ts";
export type { KvCommit, KvDatabase, KvEntry, KvKey } from "./src/runtime/kv.ts";
