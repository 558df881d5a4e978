import type { Clock } from "../../time/clock.ts";
import { nextTurn } from "../../time/next_turn.ts";
import type { Booked, Booking, BookOptions, LimitStore } from "./limit_store.ts";

/** What is called with the outcome of a question. */
export interface ContactListener {
  /** The answer; `isLate` says that the store was taken for away by then. */
  onAnswer(answer: Booked, isLate: boolean): void;
  /** There is none, or none in time. */
  onAway(error: unknown): void;
}

/** How long the first answer may take, for which a client is loaded and connects: a process does not know of others before it. */
const FIRST_PATIENCE_MS = 10_000;

/** Later it may take several times as long as usual, within these bounds. */
const PATIENCE_FACTOR = 4;
const MIN_PATIENCE_MS = 100;
const MAX_PATIENCE_MS = 400;

/** However slow a store is, it is not away before this many times what is usual. */
const LEAST_FACTOR = 2;

/**
 * A question to a store that is away is asked again after this time: while one process has found it and others have not, they start
 * more than they should together.
 */
const RETRY_MS = 50;

/** The share of the latest answer in the time that answers usually take. */
const NEW_SHARE = 0.2;
const MAX_SAMPLE_MS = 500;

/** The questions to a store: one at a time, and none that is waited for too long. */
export class StoreContact {
  readonly #store: LimitStore;
  readonly #clock: Clock;
  #usualMs: number | undefined = undefined;
  #retryAtMs = -Infinity;
  #isAsking = false;
  #isWaitedFor = false;
  #isAway = false;

  /** Nothing was asked yet. */
  constructor(store: LimitStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Whether a question is under way, for however long. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** Whether an answer can still come in time. */
  get isWaitedFor(): boolean {
    return this.#isWaitedFor;
  }

  /** Whether the latest question had no answer in time. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** How long answers usually take, in milliseconds. */
  get usualMs(): number {
    return this.#usualMs ?? 0;
  }

  /** When the next question may be asked, in milliseconds of the clock. */
  get askableAtMs(): number {
    return this.#isAsking ? Infinity : this.#isAway ? this.#retryAtMs : -Infinity;
  }

  /** Asks for slots; only where no question is under way. */
  ask(bookings: readonly Booking[], options: BookOptions, listener: ContactListener): void {
    const sentMs = this.#clock.now();
    this.#isAsking = this.#isWaitedFor = true;
    const lose = (error: unknown) => {
      this.#isWaitedFor = false;
      this.#isAway = true;
      this.#retryAtMs = this.#clock.now() + RETRY_MS;
      listener.onAway(error);
    };
    const giveUp = () => {
      // Of a process that was busy the answer may be there.
      nextTurn(() => this.#isWaitedFor && this.#isAsking && lose(slow()));
    };
    const timer = this.#clock.setTimer(this.#patienceMs(), giveUp);
    this.#book(bookings, options).then((answer) => {
      timer.cancel();
      this.#isAsking = false;
      const isLate = !this.#isWaitedFor;
      this.#isWaitedFor = this.#isAway = false;
      this.#learn(this.#clock.now() - sentMs);
      listener.onAnswer(answer, isLate);
    }, (error) => {
      timer.cancel();
      this.#isAsking = false;
      lose(error);
    });
  }

  async #book(bookings: readonly Booking[], options: BookOptions): Promise<Booked> {
    const answer = await this.#store.book(bookings, options);
    if ("refused" in answer && answer.refused === "cost") {
      throw new Error("The store of the rate limit refuses a cost below the burst");
    }
    return answer;
  }

  #patienceMs(): number {
    if (this.#usualMs === undefined) return FIRST_PATIENCE_MS;
    const patienceMs = Math.min(MAX_PATIENCE_MS, Math.max(MIN_PATIENCE_MS, PATIENCE_FACTOR * this.#usualMs));
    return Math.max(patienceMs, LEAST_FACTOR * this.#usualMs);
  }

  #learn(ms: number): void {
    const sampleMs = Math.min(ms, MAX_SAMPLE_MS);
    this.#usualMs = this.#usualMs === undefined ? sampleMs : (1 - NEW_SHARE) * this.#usualMs + NEW_SHARE * sampleMs;
  }
}

function slow(): Error {
  return Object.assign(new Error("The store of the rate limit is slow"), { name: "TimeoutError" });
}
