import type { Clock } from "../../time/clock.ts";
import { SerializationError } from "../../errors/serialization_error.ts";
import { allArguments } from "../key/all_arguments.ts";
import { requireText } from "../key/cache_key.ts";
import type { ReceiverOf } from "../key/instance.ts";
import { instanceNumber } from "../key/instance_number.ts";
import { jsonKeyOf } from "../key/json_key.ts";
import { BUILT, isLoneKey, isOwnKey, localText } from "../key/local_key.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import type { KeptEntry } from "../backend/kept_entry.ts";
import type { MemoryEntry, MemoryStore } from "../memory/memory_store.ts";
import { NO_NUMBER, numberOf } from "../key/value_number.ts";
import type { ResultStore } from "./result_store.ts";

/** Makes a key of exactly the call's arguments. */
export type CacheKeyFunction = (...args: readonly unknown[]) => string;

/**
 * The results of a function in this process. Keys are what is cheapest: a lone text or number is its
 * own key. Times are monotonic, so a change of the time of day neither revives nor kills an entry.
 */
export class MemoryResults implements ResultStore {
  readonly isInMemory = true;
  readonly limitMs: number = Infinity;
  readonly #store: MemoryStore;
  readonly #clock: Clock;
  readonly #cacheKey: CacheKeyFunction | undefined;
  readonly #receiverOf: ReceiverOf;
  readonly #isKeyedByAll: boolean;
  readonly #keyArguments: (args: readonly unknown[]) => readonly unknown[];

  /** The view of `store` for one function; `keyArguments` leaves out what makes no other result, `receiverOf` finds the instance. */
  constructor(
    store: MemoryStore,
    clock: Clock,
    cacheKey: CacheKeyFunction | undefined,
    keyArguments: (args: readonly unknown[]) => readonly unknown[],
    receiverOf: ReceiverOf,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#cacheKey = cacheKey;
    this.#keyArguments = keyArguments;
    this.#receiverOf = receiverOf;
    this.#isKeyedByAll = cacheKey === undefined && keyArguments === allArguments;
  }

  nowMs(): number {
    return this.#clock.coarseNow?.() ?? this.#clock.now();
  }

  isFresh(entry: CacheEntry): boolean {
    return entry.expiresAt === Infinity || this.nowMs() < entry.expiresAt;
  }

  keyOf(self: unknown, args: readonly unknown[]): unknown {
    // A plain function of one text is by far the commonest, so it comes first.
    const text = args[0];
    if (self === undefined && args.length === 1 && this.#isKeyedByAll && isOwnKey(text)) return text;
    return this.#makeKey(self, args);
  }

  #makeKey(self: unknown, args: readonly unknown[]): unknown {
    if (this.#cacheKey !== undefined) return requireText(this.#cacheKey(...args));
    const keyArgs = this.#keyArguments(args);
    const receiver = self === undefined ? undefined : this.#receiverOf(self);
    if (receiver === undefined) return memoryKey(keyArgs, this.#store);
    return `${BUILT}${instanceNumber(receiver)}${BUILT}${localText(keyArgs)}`;
  }

  read(key: unknown): MemoryEntry | undefined {
    return this.#store.get(key);
  }

  write(key: unknown, entry: KeptEntry): boolean {
    if (this.#store.set(key, entry)) return true;
    throw new SerializationError("it is larger than the 'maxBytes' of its cache in memory");
  }

  put(key: unknown, entry: KeptEntry): boolean {
    return this.write(key, entry);
  }

  delete(key: unknown): boolean {
    return this.#store.delete(key);
  }

  clear(): void {
    this.#store.clear();
  }

  mark(): number {
    return 0;
  }

  removeTagged(tags: readonly string[]): void {
    this.#store.removeTagged(tags);
  }
}

function memoryKey(args: readonly unknown[], store: MemoryStore): unknown {
  if (isLoneKey(args)) return args[0];
  // To write a text and to look for it takes longer than to compare values.
  const number = numberOf(args);
  const known = number === NO_NUMBER ? undefined : store.keyFor(args, number);
  if (known !== undefined) return known;
  const json = jsonKeyOf(args);
  if (json !== undefined && number !== NO_NUMBER) store.recordSource(json, args, number);
  return localText(args, json);
}
