/**
 * What tests of code that uses this library need: a clock that goes on when it is told to.
 *
 * @module
 */
export { FakeClock } from "./src/fake_clock.ts";
