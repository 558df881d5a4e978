import { cutOut, isPartOfBuffer, packBytes } from "./buffer_packing.ts";
import { ErrorSealer } from "./error_sealer.ts";
import { type ObjectKind, objectKindOf } from "./object_kind.ts";
import { defineField, type Packing, PackingList } from "./packing.ts";
import { isProxy } from "../../runtime/proxies.ts";
import { isSimple } from "./simple_scan.ts";
import { Uncrossable, uncrossablePart, unreadable } from "./uncrossable.ts";
import { type CrossingRules, forEachField, isFile, needsPacking, requireCloned } from "./value_scan.ts";

/** Lists of values as they are posted. */
export interface PackedValues {
  /** The lists, those with parts taken out as copies. */
  readonly lists: readonly unknown[][];
  /** What stands beside them; to be posted in the same message. */
  readonly packing: Packing | undefined;
}

/**
 * Takes out of the values in `lists` what would not cross as it is, and leaves the caller's values alone.
 *
 * @param lists The values to post.
 * @param rules What crosses as it is.
 * @returns What was taken out.
 * @throws {Uncrossable} If one of them cannot cross, or be read.
 */
export function packValues(lists: readonly unknown[][], rules: CrossingRules): PackedValues {
  let packing: PackingList | undefined;
  try {
    const packed: unknown[][] = [];
    for (const list of lists) {
      let copy: unknown[] | undefined;
      for (let place = 0; place < list.length; place++) {
        const value = list[place];
        if (typeof value === "function" || typeof value === "symbol") throw uncrossablePart(value);
        if (typeof value !== "object" || value === null || isSimple(value)) continue;
        if (!needsPacking(value, rules)) continue;
        copy ??= [...list];
        packing ??= new PackingList();
        // Many items are bytes and nothing else.
        if (rules.isPacking && ArrayBuffer.isView(value)) {
          packing.place(copy, place, packing.add(packBytes(value, rules.moved)));
        } else new ValuePacker(packing, rules).pack(value, copy, place);
      }
      packed.push(copy ?? list);
    }
    return { lists: packed, packing };
  } catch (error) {
    throw unreadable(error);
  }
}

/** What stands for an object: a copy, or the number of a part. */
type StandIn = { readonly copy: object } | { readonly part: number };

/** Copies one value; how deep it goes is known by now. */
class ValuePacker {
  readonly #list: PackingList;
  readonly #rules: CrossingRules;
  readonly #standIns = new Map<object, StandIn>();
  /** Objects whose parts are still to be copied, and where to. */
  readonly #waiting: [source: object, kind: "array" | "fields" | "map" | "set", copy: object][] = [];
  readonly #sealer: ErrorSealer;

  constructor(list: PackingList, rules: CrossingRules) {
    this.#list = list;
    this.#rules = rules;
    this.#sealer = new ErrorSealer(list, this.#standIns);
  }

  pack(value: object, holder: object, key: number): void {
    this.#put(value, holder, key);
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) this.#copyParts(...next);
    // What errors hold may be left out, which what else the value holds may not: so that is copied first.
    this.#sealer.finish();
  }

  #copyParts(source: object, kind: "array" | "fields" | "map" | "set", copy: object): void {
    if (kind === "array" || kind === "fields") {
      return forEachField(source, kind, (part, key) => this.#put(part, copy, key));
    }
    let place = 0;
    for (const entry of source as Map<unknown, unknown> | Set<unknown>) {
      const parts = kind === "map" ? entry as [unknown, unknown] : [entry];
      for (const part of parts) this.#put(part, copy, place++);
    }
  }

  #put(value: unknown, holder: object, key: string | number): void {
    if (typeof value === "function" || typeof value === "symbol") throw uncrossablePart(value);
    if (typeof value !== "object" || value === null) return defineField(holder, key, value);
    let standIn = this.#standIns.get(value);
    if (standIn === undefined) this.#standIns.set(value, standIn = this.#standInFor(value, objectKindOf(value)));
    if ("part" in standIn) this.#list.place(holder, key, standIn.part);
    else defineField(holder, key, standIn.copy);
  }

  #standInFor(value: object, kind: ObjectKind): StandIn {
    // Where nothing has to be taken out, cloning refuses it.
    if (isProxy(value)) throw new Uncrossable("a Proxy");
    switch (kind) {
      case "error":
        return { part: this.#sealer.begin(value as Error) };
      case "bytes":
        return this.#bytes(value as ArrayBufferView | ArrayBuffer);
      case "leaf":
        return { copy: value };
      case "hidden":
        requireCloned(value, this.#rules);
        return isFile(value) ? { part: this.#list.add(filePart(value)) } : { copy: value };
      case "map":
      case "set": {
        const entries: unknown[] = [];
        this.#waiting.push([value, kind, entries]);
        return { part: this.#list.add({ kind, entries }) };
      }
      default: {
        const copy = kind === "array" ? new Array((value as unknown[]).length) : {};
        this.#waiting.push([value, kind, copy]);
        return { copy };
      }
    }
  }

  #bytes(value: ArrayBufferView | ArrayBuffer): StandIn {
    const { isPacking, moved } = this.#rules;
    if (isPacking) return { part: this.#list.add(packBytes(value, moved)) };
    return { copy: isPartOfBuffer(value, moved) ? cutOut(value as ArrayBufferView) : value };
  }
}

function filePart(file: File): { kind: "file"; blob: Blob; name: string; lastModified: number } {
  const { name, lastModified } = file;
  return { kind: "file", blob: file.slice(0, file.size, file.type), name, lastModified };
}
