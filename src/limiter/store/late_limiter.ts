import type { WaitReason } from "../../call/call_state.ts";
import { LazyModule } from "../../runtime/lazy_module.ts";
import type { Costs, Limiter, OnPause, Start, Ticket, WaitTerms } from "../limiter.ts";
import type { SharedLimits } from "./shared_limits.ts";

const shared = /* @__PURE__ */ new LazyModule(() => import("./shared_limiter.ts"));

/** A limiter over a store, whose code is loaded when the first call waits for it: who has no store does without. */
export class LateLimiter implements Limiter {
  /** There is none before a slot has come. */
  readonly ticket = undefined;
  readonly #setup: SharedLimits;
  #limiter: Limiter | undefined;
  #pending = 0;

  /** A limiter that has booked nothing. */
  constructor(setup: SharedLimits) {
    this.#setup = setup;
    this.#limiter = shared.loaded && new shared.loaded.SharedLimiter(setup);
  }

  /** No token is here before it is booked. */
  tryStart(): boolean {
    return false;
  }

  /** How long a start would wait, as far as is known. */
  waitMs(costs?: Costs): number {
    return this.#limiter?.waitMs(costs) ?? 0;
  }

  /** Calls `start` once a slot that was booked has come; the answer gives the place up. */
  enqueue(start: Start, costs?: Costs, onPause?: OnPause, terms?: WaitTerms): () => void {
    if (this.#limiter !== undefined) return this.#limiter.enqueue(start, costs, onPause, terms);
    let leave: (() => void) | undefined = undefined;
    let isWaiting = true;
    this.#pending++;
    const enter = (limiter: Limiter) => {
      this.#pending--;
      if (isWaiting) leave = limiter.enqueue(start, costs, onPause, terms);
    };
    this.#use(enter).catch((error) => isWaiting && terms?.onRefuse(error));
    return () => {
      isWaiting = false;
      leave?.();
    };
  }

  /** Starts those whose slot has come, whether or not what was to do so is still there. */
  wake(): void {
    this.#limiter?.wake();
  }

  /** Nothing, as a slot is counted when it comes. */
  began(): void {}

  /** Takes the tokens of `ticket` back. */
  giveBack(ticket: Ticket): void {
    this.#limiter?.giveBack(ticket);
  }

  /** Says what the start with `ticket` has cost after all, of each limit. */
  settle(ticket: Ticket, costs: readonly (number | undefined)[]): void {
    this.#limiter?.settle(ticket, costs);
  }

  /** Lets nothing start for `ms` milliseconds, here and wherever the limits are shared. */
  pause(ms: number, reason?: WaitReason): number {
    if (this.#limiter !== undefined) return this.#limiter.pause(ms, reason);
    this.#use((limiter) => limiter.pause(ms, reason)).catch(() => {});
    return ms;
  }

  /** What a start waits for that may come at `startMs`. */
  waitReason(startMs: number): WaitReason {
    return this.#limiter?.waitReason(startMs) ?? "rate limit";
  }

  /** Ends a pause and forgets all starts, wherever the limits are shared. */
  reset(): void {
    this.#use((limiter) => limiter.reset()).catch(() => {});
  }

  /** How many wait. */
  get waiting(): number {
    return this.#pending + (this.#limiter?.waiting ?? 0);
  }

  /** How many tokens are there, as far as is known. */
  get available(): number {
    if (this.#pending > 0) return 0;
    return this.#limiter?.available ?? Math.min(...this.#setup.limits.map(({ burst }) => burst));
  }

  /** Whether nothing is lost with it. */
  get isIdle(): boolean {
    return this.#pending === 0 && (this.#limiter?.isIdle ?? true);
  }

  /** What is asked for before the code is there is done in its order. */
  async #use(use: (limiter: Limiter) => unknown): Promise<void> {
    const { SharedLimiter } = await shared.load();
    use(this.#limiter ??= new SharedLimiter(this.#setup));
  }
}
