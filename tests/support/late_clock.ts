import { FakeClock } from "@opero/core/testing";
import type { Timer } from "../../src/time/clock.ts";

/** A clock whose timers come late by what `latenessMs` says, as those of a busy process do. */
export class LateClock extends FakeClock {
  readonly #latenessMs: () => number;

  constructor(latenessMs: () => number) {
    super();
    this.#latenessMs = latenessMs;
  }

  override setTimer(ms: number, callback: () => void): Timer {
    return super.setTimer(ms + this.#latenessMs(), callback);
  }
}
