import { givenKeyOf, runKeyOf } from "../attempt/idempotency_key.ts";
import type { AbortScope } from "../call/abort_scope.ts";
import type { Call } from "../call/call.ts";
import { Job, type JobOwner } from "./job.ts";

/** Items that may have keys of their own. */
export interface KeyedItems {
  /** The key of the item at this place, in place of that of its run and its place; `undefined` for none. */
  keyAt(index: number): string | undefined;
}

/** Who began items without a call for each, and takes what becomes of them. */
export interface ItemClient {
  /** What can cancel them all. */
  readonly scope: AbortScope;
  /** What follows the items, and may have given each a key. */
  readonly items?: KeyedItems | undefined;
  /** The call of an item, for which one is needed after all. */
  callOf(job: ItemJob): Call;
  /** `job` has ended. */
  onSettled(job: ItemJob): void;
  /** An item that began among others has `job` from here on. */
  onOwnJob(job: ItemJob): void;
  /** Items that began among others, and have no job, succeeded with `values`: that of `firstIndex`, and those after it. */
  onValues(firstIndex: number, values: readonly unknown[]): void;
}

/**
 * The first attempt of an item. Most succeed, and then a call or a promise is not asked for, which take longer to make
 * than a small item takes to run: so there are none before that.
 */
export class ItemJob extends Job {
  /** The monotonic time at which it began, in milliseconds. */
  readonly startedMs: number;
  /** Whether it failed, once it is settled. */
  isFailed = false;
  /** The value, or the error. */
  outcome: unknown = undefined;
  /** Where its client keeps it. */
  place = 0;
  readonly #client: ItemClient;

  /** A job that waits to be sent. */
  constructor(item: unknown, index: number, startedMs: number, client: ItemClient, owner: JobOwner) {
    super(item, index, owner);
    this.startedMs = startedMs;
    this.#client = client;
  }

  /** The call, made when it is first asked for. */
  get call(): Call {
    return this.knownCall ??= this.#client.callOf(this);
  }

  /** What the keys of its run begin with. */
  get runKey(): string {
    return runKeyOf(this.#client.scope);
  }

  /** The key that it was given. */
  get givenKey(): string | undefined {
    return (this.knownCall && givenKeyOf(this.knownCall)) ?? this.#client.items?.keyAt(this.index);
  }

  protected deliver(isFailed: boolean, outcome: unknown): void {
    this.isFailed = isFailed;
    this.outcome = outcome;
    this.#client.onSettled(this);
  }
}
