import { FakeClock } from "@opero/core/testing";
import type { Timer } from "../../src/time/clock.ts";

/** Timers of one moment, and the one that fires them. */
interface Group {
  readonly callbacks: Set<() => void>;
  readonly timer: Timer;
}

/**
 * A clock whose timers of one moment fire in one go, as those of the system clock do that share a list: what the first sets
 * in motion has not run when the last of them fires.
 */
export class TogetherClock extends FakeClock {
  readonly #groups = new Map<number, Group>();

  override setTimer(ms: number, callback: () => void): Timer {
    const dueMs = this.now() + ms;
    const group = this.#groups.get(dueMs) ?? this.#open(dueMs, ms);
    const fire = () => callback();
    group.callbacks.add(fire);
    return {
      cancel: () => {
        group.callbacks.delete(fire);
        if (group.callbacks.size > 0) return;
        group.timer.cancel();
        if (this.#groups.get(dueMs) === group) this.#groups.delete(dueMs);
      },
    };
  }

  #open(dueMs: number, ms: number): Group {
    const callbacks = new Set<() => void>();
    const timer = super.setTimer(ms, () => {
      this.#groups.delete(dueMs);
      for (const fire of callbacks) fire();
    });
    const group = { callbacks, timer };
    this.#groups.set(dueMs, group);
    return group;
  }
}
