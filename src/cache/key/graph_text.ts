import { checksum } from "../codec/checksum.ts";
import { type Content, contentOf, type Identify, labelOf } from "./object_content.ts";
import { isObject, primitiveText } from "./primitive_text.ts";

/** Longer texts are written once, however many places hold them. */
const MAX_PLAIN_UNITS = 64;

/**
 * A text for any value, shared and cyclic references included, in time linear in it and without recursion.
 *
 * Each object is written once, as a definition that names its parts by a hash of theirs; equal ones have one
 * definition, so that one object in two places is two. The text holds all definitions in full, and the hashes are names
 * in it and no more: two definitions of one hash get two names. Objects that refer to each other in a
 * circle have one definition together, written from where it is entered (they are the strongly connected components that
 * Tarjan's algorithm finds; SIAM J. Comput. 1, 1972), and a reference within says how far back it leads.
 * Within a circle the order counts in which a map or set was filled; elsewhere it does not.
 *
 * @param value An argument, which may refer to itself.
 * @param identify What stands for an object that has no content of its own.
 * @returns The text.
 */
export function graphText(value: unknown, identify: Identify): string {
  return new GraphWriter(identify).write(value);
}

/** An object that is being written. */
interface Frame {
  readonly content: Content;
  /** Its place among the open objects. */
  readonly place: number;
  /** The least place of an open object that it leads to. */
  least: number;
  /** How many parts it has, and how many of them are written. */
  readonly count: number;
  done: number;
  text: string;
  /** Of the groups of members: those that lead to no open object, and those that do. */
  readonly closed: string[];
  open: string;
  group: string;
  isGroupOpen: boolean;
}

/** What a part of an object is written as, and whether it leads to an open object. */
interface Part {
  readonly text: string;
  readonly isOpen: boolean;
}

class GraphWriter {
  readonly #identify: Identify;
  /** The open objects: their component is not yet known to be complete. */
  readonly #open: object[] = [];
  readonly #placeOf = new Map<object, number>();
  /** References to the objects whose component is complete. */
  readonly #references = new Map<object, string>();
  /** The names of the definitions, by their text. */
  readonly #names = new Map<string, string>();
  readonly #longTexts = new Map<string, string>();
  /** How many definitions have one hash. */
  readonly #hashes = new Map<string, number>();
  readonly #frames: Frame[] = [];
  #isSorted = true;

  constructor(identify: Identify) {
    this.#identify = identify;
  }

  write(value: unknown): string {
    let part = this.#begin(value);
    while (this.#frames.length > 0) {
      const frame = this.#frames.at(-1)!;
      if (part !== undefined) this.#take(frame, part);
      part = frame.done < frame.count ? this.#begin(partAt(frame.content, frame.done)) : this.#end(frame);
    }
    const definitions = [...this.#names].map(([text, name]) => `${name}:${text.length}:${text}`);
    if (!this.#isSorted) definitions.sort();
    return `${definitions.length}:${definitions.join("")}${part!.text}`;
  }

  /** Writes `value` at once, or begins an object, which answers nothing yet. */
  #begin(value: unknown): Part | undefined {
    if (!isObject(value)) return { text: this.#primitive(value), isOpen: false };
    const known = this.#references.get(value);
    if (known !== undefined) return { text: known, isOpen: false };
    const place = this.#placeOf.get(value);
    if (place !== undefined) return this.#referBack(place);
    const content = contentOf(value, this.#identify);
    if (typeof content === "string") return { text: content, isOpen: false };
    this.#enter(value, content);
    return undefined;
  }

  #enter(value: object, content: Content): void {
    const place = this.#open.push(value) - 1;
    this.#placeOf.set(value, place);
    const count = content.items.length + content.keys.length + content.members.length;
    const empty = { done: 0, count, closed: [], open: "", group: "", isGroupOpen: false };
    this.#frames.push({ content, place, least: place, text: content.open, ...empty });
  }

  #primitive(value: unknown): string {
    if (typeof value !== "string" || value.length <= MAX_PLAIN_UNITS) return primitiveText(value);
    let text = this.#longTexts.get(value);
    if (text === undefined) {
      text = `$${this.#define(primitiveText(value))};`;
      this.#longTexts.set(value, text);
    }
    return text;
  }

  #referBack(place: number): Part {
    const frame = this.#frames.at(-1)!;
    frame.least = Math.min(frame.least, place);
    return { text: `^${frame.place - place};`, isOpen: true };
  }

  /** Puts the part that was asked for last where it belongs. */
  #take(frame: Frame, { text, isOpen }: Part): void {
    const { items, keys, group } = frame.content;
    const at = frame.done++ - items.length;
    if (at < keys.length) {
      frame.text += at < 0 ? text : labelOf(keys[at]!) + text;
      return;
    }
    frame.group += text;
    frame.isGroupOpen ||= isOpen;
    if ((at - keys.length) % group < group - 1) return;
    // An open part must stand in the order in which it was come to, as references count the objects between.
    if (frame.isGroupOpen) frame.open += frame.group;
    else frame.closed.push(frame.group);
    frame.group = "";
    frame.isGroupOpen = false;
  }

  #end(frame: Frame): Part {
    this.#frames.pop();
    const { members, group, close } = frame.content;
    if (members.length > 0) {
      this.#isSorted = false;
      frame.text += `<${members.length / group}:${frame.closed.sort().join("")}`;
      frame.text += frame.open;
    }
    const text = frame.text + close;
    if (frame.least === frame.place) return { text: this.#close(frame.place, text), isOpen: false };
    const outer = this.#frames.at(-1)!;
    outer.least = Math.min(outer.least, frame.least);
    return { text, isOpen: true };
  }

  /** The component that begins at `place` is complete. */
  #close(place: number, text: string): string {
    const name = this.#define(text);
    for (let i = place; i < this.#open.length; i++) {
      const object = this.#open[i]!;
      this.#references.set(object, i === place ? `=${name};` : `=${name}+${i - place};`);
      this.#placeOf.delete(object);
    }
    this.#open.length = place;
    return `=${name};`;
  }

  #define(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const hash = checksum(text).toString(36);
    const count = this.#hashes.get(hash) ?? 0;
    this.#hashes.set(hash, count + 1);
    const name = count === 0 ? hash : `${hash}'${count}`;
    this.#names.set(text, name);
    return name;
  }
}

function partAt({ items, keys, owner, members }: Content, at: number): unknown {
  if (at < items.length) return items[at];
  const place = at - items.length;
  return place < keys.length ? owner[keys[place]!] : members[place - keys.length];
}
