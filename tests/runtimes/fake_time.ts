import { FakeGlobals } from "../support/fake_globals.ts";

/** What an example uses of `FakeTime` of `@std/testing/time`, which is not to be had where the tests run. */
export class FakeTime implements Disposable {
  readonly #fakes = new FakeGlobals("date and timers");

  /** Moves the time at once. */
  tick(ms: number): void {
    this.#fakes.tickSync(ms);
  }

  /** Lets happen what is ready, and then moves the time; what that sets in motion is not waited for. */
  async tickAsync(ms: number): Promise<void> {
    await this.runMicrotasks();
    this.tick(ms);
  }

  /** Lets happen what is ready. */
  async runMicrotasks(): Promise<void> {
    await this.#fakes.turns();
  }

  /** Gives the time back. */
  [Symbol.dispose](): void {
    this.#fakes[Symbol.dispose]();
  }
}
