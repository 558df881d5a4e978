import { assert, assertEquals } from "@std/assert";
import { configurationTexts, textsIn } from "../support/configuration_texts.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/troubleshooting.md", import.meta.url));

/** The messages of the page's tables, each the first cell of a row. */
const shown = [...PAGE.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, text]) => text!);

/** Messages of which a part has a name of its own in the sources. */
const COMPOSED = [
  'a non-negative duration in seconds or with its unit, such as "250ms", "2s", "5m", "1h", "1d"',
  "a positive duration",
  "given itself, as '.options' only shows that there is one",
  "a non-empty string, and none of …, which are built in",
  "Cannot run an item of … as its pool is closed",
  "Cannot use what a cache backend returned as '…' must return an entry or undefined",
];

/** Whether all of `part` is in `whole`, in its order, but for what differs in either. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  return part.split("…").map((piece) => piece.trim()).every((piece) => {
    const found = whole.indexOf(piece, at);
    at = found + piece.length;
    return found >= 0;
  });
}

Deno.test("docs/troubleshooting.md has the text of every ConfigurationError", () => {
  const texts = configurationTexts();
  assert(texts.length > 150, `${texts.length} texts are found`);
  const missing = texts.filter(({ text }) => !shown.some((each) => isWithin(text, each)));
  assertEquals(missing, [], "add a row to docs/troubleshooting.md, with what to do");
});

Deno.test("docs/troubleshooting.md has no message that the library does not have", () => {
  const texts = configurationTexts();
  const old = shown.filter((each) => !COMPOSED.includes(each) && !texts.some(({ text }) => isWithin(each, text)));
  assertEquals(old, []);
});

Deno.test("every row of docs/troubleshooting.md says what to do, and none is there twice", () => {
  assertEquals(shown.filter((each, index) => shown.indexOf(each) !== index), []);
  assertEquals([...PAGE.matchAll(/^\| .* \|\s*\|$/gm)].map(([row]) => row), []);
});

Deno.test("textsIn() finds sums, choices and templates, with a gap for what differs", () => {
  const code = `
    throw new ConfigurationError(
      \`Cannot run \${JSON.stringify({ a: { b } })} as \` + "it's closed",
    );
    const rule = { desired: "a \\"quoted\\" thing", accepts };
    const other = { desired: isNew ? "one" : \`two of \${n}\` };
    throw wrongOption(task, "a", { desired: \`one of \${names.map((name) => \`"\${name}"\`)}\` }, value);
    throw refuse("min", \`at most 'max' (\${max})\`);
    throw new TypeError("not this");
  `;
  assertEquals(textsIn(code), [
    "Cannot run … as it's closed",
    'a "quoted" thing',
    "one",
    "two of …",
    "one of …",
    "at most 'max' (…)",
  ]);
});
