import type { Timer } from "./clock.ts";
import { setLongTimeout } from "./long_timeout.ts";
import { nextTurn } from "./next_turn.ts";
import { PlainClock } from "./plain_clock.ts";
import type { SystemTime } from "./system_time.ts";
import { TimerLists } from "./timer_lists.ts";

/** The clock of the runtime, with one `setTimeout` for all timers of one length. */
export class SystemClock extends PlainClock {
  #era = this.time.era;
  #timers = timersOf(this.time);

  /** Calls `callback` once after `ms`. */
  override setTimer(ms: number, callback: () => void): Timer {
    if (this.isRequestBound) return super.setTimer(ms, callback);
    const nowMs = this.time.now();
    if (this.time.era !== this.#era) {
      // Those set before are left to what they were set with.
      this.#era = this.time.era;
      this.#timers = timersOf(this.time);
    }
    return this.#timers.add(ms, callback, nowMs);
  }
}

/** Lists of timers that are fired by the `setTimeout` that is there now, and by no other with another time. */
function timersOf(time: SystemTime): TimerLists {
  const { era } = time;
  let [set, clear] = [setTimeout, clearTimeout];
  return new TimerLists({
    now: () => time.now(),
    reach: (nowMs) => time.reach(nowMs),
    isOver: () => setTimeout !== set,
    schedule: (ms, callback) => {
      // Also a test that fakes the timers and no time is followed.
      if (time.era === era) [set, clear] = [setTimeout, clearTimeout];
      return setLongTimeout(set, clear, ms, callback);
    },
    soon: nextTurn,
  });
}
