import { TAGS } from "./graph_format.ts";

/** An error takes a hundred times as long to make as its node to read, so a text must have so many units for each, … */
const UNITS_AN_ERROR = 40;
/** … but for these. */
const FREE_ERRORS = 5_000;

/** A class of characters with a property takes as long to make as thousands of units to read; so many there may be, … */
const MAX_PROPERTIES = 256;
/** … of which one of texts counts for as many more. */
const TEXTS_AS_PROPERTIES = 8;

const PROPERTY = /\\[pP]\{(?:(?:RGI_|Basic_|Emoji_Keycap)\w*)?/g;

/**
 * What keeps the time and memory that a text takes to read in proportion to its length, whoever wrote it.
 *
 * @param written The root and the nodes.
 * @param units The length of the text, in UTF-16 code units.
 * @throws {Error} If they ask for more than `units` of text may, or one is no node.
 */
export function assertAffordable(written: readonly unknown[], units: number): void {
  let errors = 0;
  let properties = 0;
  for (let place = 1; place < written.length; place++) {
    const node = written[place];
    if (!Array.isArray(node)) throw new Error("No node");
    if (node[0] === TAGS.error || node[0] === TAGS.domException) errors++;
    else if (node[0] === TAGS.regExp) properties += propertiesIn(String(node[1]), String(node[2]));
  }
  if (errors > FREE_ERRORS + units / UNITS_AN_ERROR) throw new Error("More errors than the text is long");
  if (properties > MAX_PROPERTIES) throw new Error("Too many properties in expressions");
}

function propertiesIn(source: string, flags: string): number {
  if (!/[uv]/.test(flags)) return 0;
  let count = 0;
  for (const [property] of source.matchAll(PROPERTY)) count += property.endsWith("{") ? 1 : TEXTS_AS_PROPERTIES;
  return count;
}
