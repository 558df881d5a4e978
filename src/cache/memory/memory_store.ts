import type { KeptEntry } from "../backend/kept_entry.ts";
import { approximateBytes } from "./approximate_bytes.ts";
import { TaggedItems } from "./tagged_items.ts";
import { ShapeTable } from "../key/shape_table.ts";
import { areCopied, copyOf, type ValueCopy } from "../key/value_copy.ts";

/** What bounds a store. */
export interface MemoryStoreLimits {
  /**
   * How many entries are kept at most.
   * @default 10_000
   */
  readonly maxEntries?: number | undefined;
  /** How many bytes the keys and values take at most, roughly; unbounded by default. */
  readonly maxBytes?: number | undefined;
}

/** An entry as the store holds it; who reads it may leave a settled promise of its value in it. */
export interface MemoryEntry extends KeptEntry {
  /** A promise of `value`, once one was asked for, so that a hit makes none. */
  promise: Promise<unknown> | undefined;
}

/** A copy of what a key was made of, and a number of it. */
interface Source {
  readonly number: number;
  readonly copy: ValueCopy;
}

class Node implements MemoryEntry {
  newer: Node | undefined = undefined;
  older: Node | undefined = undefined;
  wasRead = false;
  promise: Promise<unknown> | undefined = undefined;
  /** What the key was made of, once it was asked for again; `null` where that is not worth to be kept. */
  source: Source | null | undefined = undefined;
  readonly key: unknown;
  readonly value: unknown;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly staleUntil: number;
  readonly tookMs: number | undefined;
  readonly tags: readonly string[] | undefined;
  bytes: number;

  constructor(key: unknown, entry: KeptEntry, bytes: number) {
    this.key = key;
    this.value = entry.value;
    this.createdAt = entry.createdAt;
    this.expiresAt = entry.expiresAt;
    this.staleUntil = entry.staleUntil;
    this.tookMs = entry.tookMs;
    this.tags = entry.tags;
    this.bytes = bytes;
  }
}

/**
 * A bounded map. What leaves when it is full is chosen by SIEVE (Zhang et al., "SIEVE is Simpler than
 * LRU", NSDI 2024): entries stand in the order in which they came, and a hand moves from the oldest
 * to the newest, sparing once what was read since it last came by. A read only sets a mark, which
 * costs a tenth of moving the entry to the front as LRU does, and the hit ratio is at least as good.
 */
export class MemoryStore {
  readonly #nodes = new Map<unknown, Node>();
  /** Those whose source is known, by its number; of those that share one, the first. */
  readonly #sources = new Map<number, Node>();
  /** Those with tags. */
  readonly #tagged = new TaggedItems<Node>();
  /** Where the values of the sources are. */
  readonly #shapes = new ShapeTable();
  readonly #maxEntries: number;
  readonly #maxBytes: number | undefined;
  #newest: Node | undefined = undefined;
  #oldest: Node | undefined = undefined;
  #hand: Node | undefined = undefined;
  /** The next that a sweep looks at. */
  #swept: Node | undefined = undefined;
  /** The one whose key was found last, which is read next. */
  #found: Node | undefined = undefined;
  #bytes = 0;
  #earliestMs = Infinity;
  readonly #onEarlier: (store: MemoryStore) => void;

  /** An empty store; `onEarlier` is called for an entry that expires before all others. */
  constructor(limits: MemoryStoreLimits, onEarlier: (store: MemoryStore) => void = () => {}) {
    this.#maxEntries = limits.maxEntries ?? 10_000;
    this.#maxBytes = limits.maxBytes;
    this.#onEarlier = onEarlier;
  }

  /** No entry is of no use before this time; `Infinity` where none expires. */
  get earliestMs(): number {
    return this.#earliestMs;
  }

  /** How many entries it holds. */
  get size(): number {
    return this.#nodes.size;
  }

  /** The keys it holds. */
  keys(): Iterable<unknown> {
    return this.#nodes.keys();
  }

  /** The entry under `key`, expired or not. */
  get(key: unknown): MemoryEntry | undefined {
    const node = this.#found?.key === key ? this.#found : this.#nodes.get(key);
    if (node !== undefined) node.wasRead = true;
    return node;
  }

  /** The key of an entry that was made of what equals `args`, whose number is `number`. */
  keyFor(args: readonly unknown[], number: number): unknown {
    const node = this.#sources.get(number);
    if (node === undefined || !areCopied(args, node.source!.copy)) return undefined;
    this.#found = node;
    return node.key;
  }

  /** Remembers what the key of an entry is made of, if there is one and it is worth it: those of one number have but one. */
  recordSource(key: unknown, args: readonly unknown[], number: number): void {
    const node = this.#nodes.get(key);
    if (node === undefined || node.source !== undefined || this.#sources.has(number)) return;
    node.source = null;
    const copy = copyOf(args);
    if (copy !== undefined && this.#makeRoomFor(copy, node)) {
      node.source = { number, copy: { shape: this.#shapes.shared(copy.shape), values: copy.values } };
      this.#sources.set(number, node);
    }
  }

  #makeRoomFor(copy: ValueCopy, node: Node): boolean {
    if (this.#maxBytes === undefined) return true;
    const bytes = approximateBytes(copy, this.#maxBytes);
    if (node.bytes + bytes > this.#maxBytes) return false;
    node.bytes += bytes;
    this.#bytes += bytes;
    // It is read next, so others go first.
    node.wasRead = true;
    while (this.#bytes > this.#maxBytes) this.#evict();
    return this.#nodes.get(node.key) === node;
  }

  /** Keeps `entry` under `key`, its times on whatever clock its keeper reads, unless it alone is over `maxBytes`; returns whether it was kept. */
  set(key: unknown, entry: KeptEntry): boolean {
    this.delete(key);
    const bytes = this.#maxBytes === undefined ? 0 : sizeOf(key, entry.value, this.#maxBytes);
    if (bytes > (this.#maxBytes ?? Infinity)) return false;
    while (this.#nodes.size >= this.#maxEntries || this.#bytes + bytes > (this.#maxBytes ?? Infinity)) this.#evict();
    this.#append(new Node(key, entry, bytes));
    if (entry.staleUntil < this.#earliestMs) {
      this.#earliestMs = entry.staleUntil;
      this.#onEarlier(this);
    }
    return true;
  }

  /** Removes what is under `key`; returns whether there was anything. */
  delete(key: unknown): boolean {
    const node = this.#nodes.get(key);
    if (node === undefined) return false;
    this.#remove(node);
    return true;
  }

  /** Removes what bears one of `tags`. */
  removeTagged(tags: readonly string[]): void {
    for (const tag of tags) for (const node of this.#tagged.of(tag)) this.#remove(node);
  }

  /** Removes everything. */
  clear(): void {
    this.#nodes.clear();
    this.#tagged.clear();
    this.#sources.clear();
    this.#shapes.clear();
    this.#found = undefined;
    this.#newest =
      this.#oldest =
      this.#hand =
      this.#swept =
        undefined;
    this.#bytes = 0;
    this.#earliestMs = Infinity;
  }

  /** Begins to look for what is of no use any more. */
  beginSweep(): void {
    this.#swept = this.#oldest;
    this.#earliestMs = Infinity;
  }

  /** Looks at some entries more, and removes what expired before `nowMs`; returns whether it has looked at all. */
  sweepSome(nowMs: number, entries: number): boolean {
    for (let looked = 0; looked < entries && this.#swept !== undefined; looked++) {
      const node = this.#swept;
      this.#swept = node.newer;
      if (node.staleUntil <= nowMs) this.#remove(node);
      else if (node.staleUntil < this.#earliestMs) this.#earliestMs = node.staleUntil;
    }
    return this.#swept === undefined;
  }

  #append(node: Node): void {
    this.#nodes.set(node.key, node);
    if (node.tags !== undefined) this.#tagged.add(node);
    this.#bytes += node.bytes;
    node.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = node;
    else this.#newest.newer = node;
    this.#newest = node;
  }

  #remove(node: Node): void {
    this.#nodes.delete(node.key);
    if (node.tags !== undefined) this.#tagged.remove(node);
    if (node.source) this.#sources.delete(node.source.number);
    this.#bytes -= node.bytes;
    if (this.#found === node) this.#found = undefined;
    if (this.#hand === node) this.#hand = node.newer;
    if (this.#swept === node) this.#swept = node.newer;
    if (node.newer === undefined) this.#newest = node.older;
    else node.newer.older = node.older;
    if (node.older === undefined) this.#oldest = node.newer;
    else node.older.newer = node.newer;
  }

  #evict(): void {
    let node = this.#hand ?? this.#oldest!;
    while (node.wasRead) {
      node.wasRead = false;
      node = node.newer ?? this.#oldest!;
    }
    this.#hand = node.newer;
    this.#remove(node);
  }
}

function sizeOf(key: unknown, value: unknown, maxBytes: number): number {
  return approximateBytes(key, maxBytes) + approximateBytes(value, maxBytes);
}
