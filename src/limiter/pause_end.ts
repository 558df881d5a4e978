import type { WaitReason } from "../call/call_state.ts";

/** An estimate of a start is off by less than this. */
const SAME_MS = 1;

/** When the latest pause of a limiter ends, and why it began. */
export class PauseEnd {
  /** Nothing starts before this time, in milliseconds of the clock. */
  untilMs: number = -Infinity;
  /** Why. */
  reason: WaitReason = "paused";

  /**
   * Makes the pause last until `untilMs`, which is in `ms` milliseconds; returns by how many of them that is longer. Without a
   * `reason`, as others who share a limit give none, that of a pause under way stays.
   */
  prolong(untilMs: number, ms: number, reason?: WaitReason): number {
    const addedMs = Math.min(ms, untilMs - this.untilMs);
    if (addedMs <= 0) return 0;
    const isOver = addedMs === ms;
    if (reason !== undefined || isOver) this.reason = reason ?? "paused";
    this.untilMs = untilMs;
    return addedMs;
  }

  /** What a start waits for that may come at `startMs`: the end of the pause, or its turn after it. */
  waitReason(startMs: number): WaitReason {
    return startMs - this.untilMs < SAME_MS ? this.reason : "rate limit";
  }
}
