import { TAGS } from "./graph_format.ts";

/**
 * What making a node takes beyond reading its text, as so many UTF-16 code units of text: of time, or of memory where that is
 * more. Measured on V8, and rounded up; what is not listed takes next to nothing.
 */
const UNITS_BY_TAG: Readonly<Record<string, number>> = Object.assign(Object.create(null), {
  [TAGS.bareObject]: 10,
  [TAGS.looseArray]: 30,
  [TAGS.map]: 40,
  [TAGS.set]: 40,
  [TAGS.date]: 10,
  [TAGS.regExp]: 60,
  [TAGS.url]: 60,
  [TAGS.error]: 480,
  [TAGS.domException]: 480,
  [TAGS.buffer]: 50,
  [TAGS.nodeBuffer]: 60,
});

/** A field of an error is defined by itself, with all that tells it from a plain one. */
const UNITS_A_FIELD_OF_ERROR = 30;
/** An object whose first index is far away takes a list of what is there in place of an array. */
const UNITS_OF_FAR_INDEX = 60;
/** A text may ask for so many units more than it is long: small values need not be padded. */
const FREE_UNITS = 2 ** 16;

/** A class of characters with a property takes as long to make as thousands of units to read; so many there may be, … */
const MAX_PROPERTIES = 256;
/** … of which one of texts counts for as many more. */
const TEXTS_AS_PROPERTIES = 8;

const PROPERTY = /\\[pP]\{(?:(?:RGI_|Basic_|Emoji_Keycap)\w*)?/g;

/**
 * How long a text must be at least to be read, so that its length pays for the time and memory that it takes,
 * from any source.
 *
 * @param written The root and the nodes.
 * @returns The length, in UTF-16 code units.
 * @throws {Error} If one is no node, or nothing pays for what it asks for.
 */
export function unitsNeeded(written: readonly unknown[]): number {
  let units = -FREE_UNITS;
  let properties = 0;
  for (let place = 1; place < written.length; place++) {
    const node = written[place];
    if (!Array.isArray(node)) throw new Error("No node");
    const tag = String(node[0]);
    units += UNITS_BY_TAG[tag] ?? 0;
    if (tag === TAGS.object || tag === TAGS.bareObject) units += hasFarIndex(node) ? UNITS_OF_FAR_INDEX : 0;
    else if (tag === TAGS.error || tag === TAGS.domException) units += node.length / 2 * UNITS_A_FIELD_OF_ERROR;
    else if (tag === TAGS.regExp) properties += propertiesIn(String(node[1]), String(node[2]));
  }
  if (properties > MAX_PROPERTIES) throw new Error("Too many properties in expressions");
  return units;
}

/** An index past this, and past twice as many as there are fields, is far away. */
const NEAR_INDICES = 8;
const ZERO = "0".charCodeAt(0);

/**
 * Whether the first field of an object is an index that would make engines reserve room for all before it.
 *
 * @param node The node of an object: its tag, then key, slot, key, slot, ….
 * @returns `true` if it is one.
 */
export function hasFarIndex(node: readonly unknown[]): boolean {
  for (let i = 1; i < node.length; i += 2) {
    const key = node[i];
    if (typeof key !== "string" || !(key.charCodeAt(0) - ZERO <= 9)) continue;
    if (Number(key) > NEAR_INDICES + node.length) return true;
  }
  return false;
}

function propertiesIn(source: string, flags: string): number {
  if (!/[uv]/.test(flags)) return 0;
  let count = 0;
  for (const [property] of source.matchAll(PROPERTY)) count += property.endsWith("{") ? 1 : TEXTS_AS_PROPERTIES;
  return count;
}
