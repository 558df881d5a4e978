/**
 * What tests of code that uses this library need: a clock that is advanced by the test, calls without waits between their
 * attempts, functions and backends that fail at random, a store of shared limits in memory, and the tests that every cache
 * backend and every store of limits has to pass.
 *
 * @module
 */
export { type Chaos, chaos, type ChaosOptions } from "./src/testing/chaos.ts";
export { setTesting, type TestingOptions } from "./src/testing/set_testing.ts";
export { FakeClock } from "./src/testing/fake_clock.ts";
export { type CacheConformanceOptions, testCacheBackend } from "./src/testing/conformance.ts";
export { type MemoryEngine, memoryEngine, type MemoryEngineOptions } from "./src/testing/memory/memory_engine.ts";
export { type EngineConformanceOptions, testEngine } from "./src/testing/test_engine.ts";
export { type LimitConformanceOptions, testLimitStore } from "./src/testing/limit_conformance.ts";
export { memoryLimits, type MemoryLimitsOptions } from "./src/testing/memory_limits.ts";
