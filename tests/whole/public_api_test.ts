import { assertEquals } from "@std/assert";
import * as core from "@opero/core";
import * as backend from "@opero/core/backend";
import * as cli from "@opero/core/cli";
import * as light from "@opero/core/light";
import * as nats from "@opero/core/nats";
import * as postgres from "@opero/core/postgres";
import * as policies from "@opero/core/policies";
import * as redis from "@opero/core/redis";
import * as testing from "@opero/core/testing";
import * as worker from "@opero/core/worker";

/** What each entry point exports: what runs, and names of types alone. */
const EXPORTS: Record<string, { module: object; values: string; types: string }> = {
  "backend.ts": {
    module: backend,
    values: "decodeEntry encodeEntry plainKey",
    types: "CacheBackend CacheClaim CacheEntry MaybePromise",
  },
  "cli.ts": { module: cli, values: "main reportPage", types: "" },
  "light.ts": {
    module: light,
    values: `
      AllFailedError CacheError CircuitOpenError ConfigurationError MapError OperoError OverloadError RateLimitError ResultError
      SerializationError TimeoutError createOpero currentCall isFailedResponse isOperoError isTransient opero opmap
    `,
    types: `
      EverydayOption ExtraHandles ExtraOptionNames ExtraPolicy ExtraPolicyName LightInstance LightInstanceOptions LightInstanceParts LightMapOptions
      LightMapWrapper LightMapped LightOpero LightOpmap LightOptions LightWrapped LightWrapper
    `,
  },
  "mod.ts": {
    module: core,
    values: `
      AllFailedError CacheError CircuitOpenError ConfigurationError EngineError EventHub JournalError MapError OperoError OverloadError RateLimitError ResultError
      SerializationError TieredCache TimeoutError WorkerError clearCache close configureLogging
      createOpero currentCall diskCache ensureAsync events formatLogRecord fromKeyv
      generateCorrelationId getCorrelationId getLogger invalidateTags isAsyncFunction isFailedResponse isOperoError isTransient
      kvCache kvLimits memoryCache opero opmap progress registerCacheBackend runAsync sqliteCache sqliteLimits tiered transfer
      withCorrelationId
    `,
    types: `
      AllFailedInit AllFailedReason AnyFunction ArgFallbackOptions AsyncFunction AttemptRecord BookOptions Booked Booking BreakerHandle BreakerMetrics CacheBackend
      CacheBackendFactory CacheBackendHost CacheClaim CacheEntry CacheErrorEvent CacheHandle CacheLockConfig CacheMode CacheOptions CacheStats
      CacheStatus CallContext CallEvent CallMeta CallOptions CallStats CallerLine CheckedArgFallback CircuitBreakerConfig CircuitBreakerOptions CircuitEvent CircuitState CircuitWaitEvent Clock ClusterOptions ConcurrencyConfig ConcurrencyOptions ContextOptions CustomLayer
      DeadlineOptions Delivery DiskCacheConfig Duration Engine ErrorClass FailOnOptions FailureEvent FailurePredicate FallbackCooldownEvent FallbackEvent
      FallbackOptions FallbackStrategy HedgeConfig HedgeEvent HedgeOptions HedgeQuantile HiddenValue InstanceOptions ItemDoneEvent Items JitterContext JitterFunction JitterName JournalConfig JournalDurability JournalOption JournalResume KeyvLike
      KvCacheConfig KvCommit KvDatabase KvEntry KvKey KvLimitsConfig Lane LatencyStats LayerCall LayerFunction LayerHandler LayerPlace LayersOptions
      LimitStore LimiterHandle LogFields LogLevel LogRecord LogThreshold Logger LoggingOptions MapCalls MapItemError MapMode MapResult MapStats MapStream Mapped MappedRun
      MaybePromise MemoryCacheConfig NameOptions NamedLayer OnError Opero OperoErrorCode OperoEvents OperoHandles
      OperoInstance OperoOptions OperoWrapper Opmap OpmapOptions OpmapWrapper OwnProperties PolicyHandles ProgressLog ProgressOption ProgressState QueueEvent
      RateLimit RateLimitOptions RateLimitPausedEvent RateLimitedEvent ReplacementFrame ReportBin ReportError ReportExample ReportItem ReportItemName ReportLatency ReportOptions ReportTimeline ReportWorker ReraiseOptions ResultFunction RetryBudgetConfig RetryContext RetryEvent RetryOptions RetryPredicate
      RunAbout RunAsync RunAsyncOptions RunOptions RunReport RunTotals SettleOptions ShownOptions SignalOptions SqliteCacheConfig SqliteDatabase SqliteStatement
      StatsOptions SuccessEvent TaskAddress TimeoutOptions Timer Unsubscribe WithMeta WorkerLine WorkerPermissions Wrapped
    `,
  },
  "nats.ts": {
    module: nats,
    values: `
      NatsError natsEngine
    `,
    types: `
      CallerLine Delivery Engine Lane NatsClient NatsEngineConfig NatsMessage ReplacementFrame TaskAddress WorkerLine
    `,
  },
  "policies.ts": {
    module: policies,
    values: `
      argFallback cache circuitBreaker concurrency hedge rateLimit retryBudget
    `,
    types: `
      ExtraOptionNames ExtraPolicy ExtraPolicyName
    `,
  },
  "postgres.ts": {
    module: postgres,
    values: "LIMIT_SCHEMA postgresLimits",
    types: "BookOptions Booked Booking LimitStore PgClient PostgresClient PostgresJsClient SettleOptions",
  },
  "redis.ts": {
    module: redis,
    values: `
      RedisError redisCache redisEngine redisLimits
    `,
    types: `
      BookOptions Booked Booking CacheBackend CacheClaim CacheEntry CallerLine Delivery DenoRedisClient Duration Engine IoRedisClient Lane LimitStore MaybePromise NodeRedisClient
      NodeRedisCluster RedisCacheConfig RedisClient RedisConfig ReplacementFrame SettleOptions TaskAddress WorkerLine
    `,
  },
  "testing.ts": {
    module: testing,
    values: `
      FakeClock chaos memoryEngine memoryLimits setTesting testCacheBackend testEngine testLimitStore
    `,
    types: `
      CacheConformanceOptions Chaos ChaosOptions EngineConformanceOptions LimitConformanceOptions MemoryEngine MemoryEngineOptions MemoryLimitsOptions TestingOptions
    `,
  },
  "worker.ts": {
    module: worker,
    values: `
      serve
    `,
    types: `
      ServeOptions ServedTask WorkerState
    `,
  },
};

function words(text: string): string[] {
  return text.trim().split(/\s+/).filter((word) => word !== "");
}

/** The names of types in the export lists of a module; the compiler removes them, so its source is asked. */
async function exportedTypes(path: string): Promise<string[]> {
  const source = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
  const lists = source.matchAll(/^export (type )?\{([^}]*)\}/gm);
  const names = [...lists].flatMap(([, isType, list]) =>
    list!.split(",").map((name) => name.trim()).filter((name) => name !== "" && (isType || name.startsWith("type ")))
  );
  const declared = [...source.matchAll(/^export (?:type|interface) (\w+)/gm)].map(([, name]) => name!);
  return [...names.map((name) => name.replace(/^type /, "")), ...declared].sort();
}

for (const [path, { module, values, types }] of Object.entries(EXPORTS)) {
  Deno.test(`${path} exports exactly what is public`, async () => {
    assertEquals(Object.keys(module).sort(), words(values));
    assertEquals(await exportedTypes(path), words(types));
  });
}

Deno.test("deno.json has an entry in the list for each of its exports", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(Object.values(exports).sort(), Object.keys(EXPORTS).map((path) => `./${path}`));
});
