import { keepShape } from "../../runtime/kept_shape.ts";
import { type Content, contentOf, type Identify, labelOf } from "./object_content.ts";
import { isObject, primitiveText } from "./primitive_text.ts";

/** Deeper values are left to the way that knows no depth. */
const MAX_DEPTH = 100;

/** Larger values too: what refers to one object from many places may grow without end when it is written out. */
const MAX_PARTS = 16_384;

/** How many units of a text count as one more part, and how many bytes of binary data, which are hashed. */
const UNITS_A_PART = 32;
const BYTES_A_PART = 1_024;

/**
 * The text of a small value, written out as if it were a tree, which no value has that is not equal; `undefined`
 * for a value that is large when it is written out, deep, or goes in a circle. One object in two places is two.
 *
 * @param value An argument, or a part of one.
 * @param identify What stands for an object that has no content of its own.
 * @returns The text, or `undefined`.
 */
export function treeText(value: unknown, identify: Identify): string | undefined {
  const writer = new TreeWriter(identify);
  const text = writer.write(value, 0);
  return writer.partsLeft < 0 ? undefined : text;
}

class TreeWriter {
  partsLeft = MAX_PARTS;
  readonly #identify: Identify;

  constructor(identify: Identify) {
    this.#identify = identify;
  }

  /** The text, or any once there are no parts left. */
  write(value: unknown, depth: number): string {
    this.partsLeft -= 1 + sizeOf(value);
    if (!isObject(value)) return primitiveText(value);
    if (depth > MAX_DEPTH) this.partsLeft = -1;
    if (this.partsLeft < 0) return "";
    const content = contentOf(value, this.#identify);
    return typeof content === "string" ? content : this.#writeContent(content, depth + 1);
  }

  #writeContent({ open, items, keys, owner, members, group, close }: Content, depth: number): string {
    let text = open;
    for (let i = 0; i < items.length && this.partsLeft >= 0; i++) text += this.write(items[i], depth);
    for (let i = 0; i < keys.length && this.partsLeft >= 0; i++) {
      text += labelOf(keys[i]!) + this.write(owner[keys[i]!], depth);
    }
    if (members.length > 0) text += this.#writeMembers(members, group, depth);
    return text + close;
  }

  #writeMembers(members: readonly unknown[], group: 1 | 2, depth: number): string {
    const texts: string[] = [];
    for (let i = 0; i < members.length && this.partsLeft >= 0; i += group) {
      const first = this.write(members[i], depth);
      texts.push(group === 1 ? first : first + this.write(members[i + 1], depth));
    }
    return `<${texts.length}:${texts.sort().join("")}`;
  }
}

const example = new TreeWriter(Object.assign(() => 0, { isLocal: true as const }));
// A text counts as a fraction of a part.
example.partsLeft -= 0.5;
keepShape(example);

/** What it takes to write `value` itself, in parts. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length / UNITS_A_PART;
  return typeof value === "object" && ArrayBuffer.isView(value) ? value.byteLength / BYTES_A_PART : 0;
}
