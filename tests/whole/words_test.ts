import { assertEquals } from "@std/assert";
import { readSources } from "../support/source_graph.ts";

/** Words that the field has others for, by the words to use. */
const REPLACED: Readonly<Record<string, string>> = {
  "call(?:ed|s|ing)? off": "cancel, abort",
  "throw(?:n|s)? on": "rethrow",
  "g[eo]ts? through": "succeed",
  "for ever": "never expires",
  "left alone": "open, skipped, not touched",
  "deaf": "unresponsive",
  "mayFollow": "canRetry",
  "mend(?:s|ed|ing)?": "fix",
  "hand(?:s|ed|ing)? in": "pass",
  "throws? dice": "draw random numbers",
  "for want of": "without",
  "by and by": "asynchronously",
  "in the midst": "in the middle",
  "lays? out": "provide",
  "reckon(?:s|ed)?": "estimate",
  "depart(?:s|ed)?": "start",
  "dear": "expensive",
  "seldom": "rarely",
  "go(?:es|ing)? on": "continue",
  "goOn": "continue",
  "(?:is|are|was|were|be|been) told": "is notified, is known, is reported",
  "told of": "notified of",
  "(?:tell|note)(?=[A-Z(])": "record, report",
  "tells whether": "returns whether",
  "answers whether": "returns whether",
  "hears?": "receive",
  "whoever": "the code that, the caller that",
  "lets? go of": "release",
  "puts? aside": "rename, keep",
  "besides": "in addition",
  "of late": "recently",
  "for good": "permanently",
  "without a word": "silently, without an error",
  "what (?:they|it) comes? to": "results",
  "given up": "replaced, stopped",
  "anyhow": "anyway",
  "(?:no|any|some|every)body(?:'s)?": "the caller, the code, the call; a passive: is not read, is unknown",
};

const ROOT = new URL("../../", import.meta.url);
const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...[...Deno.readDirSync(new URL("docs", ROOT))].flatMap(({ name, isFile }) => isFile ? [`docs/${name}`] : []),
];

/** The text of a worker is built from the other sources. */
const paths = [...readSources().keys(), ...DOCUMENTS].filter((path) => path !== "src/pool/worker_source.ts");

/** The lines of `text` with one of the words, as `line: use …`; a line break within a comment is a space. */
function wordsToReplace(text: string): string[] {
  const words = text.replaceAll(/\n\s*(?:\*|\/\/)?\s*/g, " ");
  return Object.entries(REPLACED).flatMap(([pattern, better]) =>
    [...words.matchAll(new RegExp(`\\b${pattern}\\b`, "gi"))].map(([found]) => `"${found}": use ${better}`)
  );
}

Deno.test("sources and documents use the words of the field", () => {
  const found = paths.flatMap((path) =>
    wordsToReplace(Deno.readTextFileSync(new URL(path, ROOT))).map((each) => `${path}: ${each}`)
  );
  assertEquals(found, []);
});

Deno.test("wordsToReplace() finds words over the end of a line, and no parts of words", () => {
  assertEquals(wordsToReplace("/** It is called\n * off, and recommended for everyone. */"), [
    '"called off": use cancel, abort',
  ]);
});
