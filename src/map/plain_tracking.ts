import { setIdempotencyKey } from "../attempt/idempotency_key.ts";
import type { Call } from "../call/call.ts";
import type { ItemJob } from "../pool/item_job.ts";
import type { BulkPool } from "./bulk_pool.ts";
import type { EndedItems } from "./ended_items.ts";
import type { ItemPlan } from "./item_journal.ts";
import { recordedError } from "./recorded_error.ts";
import type { PlainItems } from "./tracking.ts";
import type { TrackedItemsParts } from "./tracking_parts.ts";

/** An item, and what becomes of it. */
export interface KnownItem {
  /** Its key; empty where there is no journal. */
  readonly key: string;
  /** Whether it runs. */
  readonly plan: ItemPlan;
}

/** An item that runs. */
export interface BegunItem extends Pick<KnownItem, "key"> {
  /** As it was when it began. */
  readonly item: unknown;
  /** The monotonic time at which it began, in milliseconds. */
  readonly startedMs: number;
}

/** Runs a call, and follows it to its end. */
type FollowCall = (call: Call, begun: BegunItem, run: () => Promise<unknown>) => Promise<unknown>;

/**
 * Follows items that begin in a pool without a call, a promise or a mark for each, for which one of these would take longer
 * than to record it.
 */
export class PlainTracking implements PlainItems {
  readonly #parts: TrackedItemsParts;
  readonly #ended: EndedItems;
  readonly #follow: FollowCall;
  /** By their places. */
  readonly #admitted = new Map<number, KnownItem & BegunItem>();
  /** Those that have a value which cannot be recorded. */
  readonly #losses = new Map<number, { readonly error: unknown }>();

  /** No item yet; `follow` is for those that need a call after all. */
  constructor(parts: TrackedItemsParts, ended: EndedItems, follow: FollowCall) {
    this.#parts = parts;
    this.#ended = ended;
    this.#follow = follow;
  }

  /** How many are under way. */
  get size(): number {
    return this.#admitted.size;
  }

  /** Whether there is an item that was lost. */
  get hasLosses(): boolean {
    return this.#losses.size > 0;
  }

  /**
   * What becomes of an item that a run comes to. Each is to be asked about once, as equal ones are numbered.
   *
   * @throws {ConfigurationError} If it has no key.
   */
  plan(item: unknown, index: number | undefined): KnownItem {
    const { journal } = this.#parts;
    if (journal === undefined) return { key: "", plan: "run" };
    const key = journal.keyOf(item, index);
    return { key, plan: journal.planFor(key) };
  }

  /** Takes note of an item that is about to begin; `false` where it needs a call. */
  admit(item: unknown, index: number): boolean {
    const { clock } = this.#parts;
    try {
      const startedMs = clock.coarseNow?.() ?? clock.now();
      const { key, plan } = this.plan(item, index);
      this.#admitted.set(index, { key, plan, item, startedMs });
      return plan === "run";
    } catch {
      // Its call comes to the same, and says so.
      return false;
    }
  }

  /** Hands over what is known of an item that was admitted, or looked at, and goes the way of all others from here on. */
  take(index: number): (KnownItem & BegunItem) | undefined {
    const known = this.#admitted.get(index);
    if (known !== undefined) this.#admitted.delete(index);
    return known;
  }

  /** The key that the calls of an item would have, which the function may ask for. */
  keyAt(index: number): string | undefined {
    const known = this.#admitted.get(index);
    return known && this.#parts.journal?.callKeyOf(known.key);
  }

  /** Items have their values, from `firstIndex` on. */
  succeed(firstIndex: number, values: readonly unknown[]): void {
    const { clock, isOver } = this.#parts;
    if (isOver()) return;
    const [nowMs, atMs] = [clock.now(), clock.wallNow()];
    for (let place = 0; place < values.length; place++) {
      this.#succeedOne(firstIndex + place, values[place], nowMs, atMs);
    }
  }

  /** Why an item failed that has a value, once. */
  takeLoss(index: number): { readonly error: unknown } | undefined {
    const loss = this.#losses.get(index);
    if (loss !== undefined) this.#losses.delete(index);
    return loss;
  }

  /** Runs the call of an item from where its first attempt failed. */
  runOn(job: ItemJob, bulk: BulkPool): Promise<unknown> {
    const known = this.take(job.index)!;
    const { journal } = this.#parts;
    if (journal !== undefined) setIdempotencyKey(job.call, journal.callKeyOf(known.key));
    return this.#follow(job.call, known, () => bulk.runOn(job));
  }

  #succeedOne(index: number, value: unknown, nowMs: number, atMs: number): void {
    const { key, item, startedMs } = this.take(index)!;
    const { journal } = this.#parts;
    const facts = { key, attempts: 1, atMs, durationMs: nowMs - startedMs, waitedMs: 0 };
    try {
      // What is safe later is no matter here: items that wait for that have a call.
      void journal?.recordValue(facts, value, index);
    } catch (error) {
      this.#losses.set(index, { error });
      void journal?.recordFailure(facts, recordedError(error, item));
      return this.#ended.countFailed({ index }, facts, error, item);
    }
    this.#ended.count({ index }, facts);
  }
}
