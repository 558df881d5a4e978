/**
 * What tests of code that uses this library need: a clock that is advanced by the test, and
 * the tests that every cache backend has to pass.
 *
 * @module
 */
export { FakeClock } from "./src/testing/fake_clock.ts";
export { type CacheConformanceOptions, testCacheBackend } from "./src/testing/conformance.ts";
