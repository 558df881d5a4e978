import { readSources } from "./source_graph.ts";

const LITERAL = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/y;
/** A text that is written after one of these is a part of a `ConfigurationError`. */
const STARTS =
  /\bnew ConfigurationError\(\s*(?:printable\(\s*)?|\b(?:desired|refusal)\b(?:\??: string)?\s*(?::|=(?!=)|\()\s*|\bnumberThat\(\s*|\brefuse\((?:"\w+", |\w+, (?="))/g;
/** Room for what differs from call to call. */
const GAP = "…";

/** A text of the sources that ends up in the message of a `ConfigurationError`, with `…` for what differs. */
export interface ConfigurationText {
  /** Where it stands, such as `src/opero.ts`. */
  readonly path: string;
  /** The text. */
  readonly text: string;
}

/** All of them, in the order of the files. */
export function configurationTexts(): ConfigurationText[] {
  // Workers are started from a copy of other sources, and the command complains of its flags by errors of its own.
  const files = [...readSources().values()].filter(({ path }) => !/^src\/(?:pool\/worker_source\.ts|cli\/)/.test(path));
  return files.flatMap(({ path, code }) => textsIn(code).map((text) => ({ path, text })));
}

/** The same of one source without comments. */
export function textsIn(code: string): string[] {
  return [...code.matchAll(STARTS)].flatMap(({ 0: start, index }) => readTexts(code, index + start.length));
}

/** The text that begins at `at`, in parts that are joined by `+`; of a choice both texts. */
function readTexts(code: string, at: number): string[] {
  const { text, end } = readSum(code, at);
  const choice = /^\s*\?\s*|^[^"'`;,(){}]+\?\s*/.exec(code.slice(text === "" ? at : end));
  if (text !== "" || choice === null) return text === "" ? [] : [text];
  const first = readSum(code, at + choice[0].length);
  const between = /^\s*:\s*/.exec(code.slice(first.end))?.[0];
  const second = between === undefined ? { text: "" } : readSum(code, first.end + between.length);
  return [first.text, second.text].filter((each) => each !== "");
}

function readSum(code: string, at: number): { text: string; end: number } {
  let text = "";
  for (let end = at;;) {
    LITERAL.lastIndex = end;
    const literal = LITERAL.exec(code)?.[0];
    if (literal === undefined) return { text, end };
    text += withGaps(literal.slice(1, -1)).replaceAll(/\\(.)/g, "$1");
    end += literal.length;
    const plus = /^\s*\+\s*/.exec(code.slice(end))?.[0];
    if (plus === undefined) return { text, end };
    end += plus.length;
  }
}

/** A template with a gap in place of each expression. */
function withGaps(template: string): string {
  let inner = template;
  for (let last = ""; last !== inner;) {
    last = inner;
    inner = inner.replaceAll(
      /\$?\{[^{}$]*\}/g,
      (found) => found.startsWith("$") ? GAP : found.replace("{", "⟨").replace("}", "⟩"),
    );
  }
  // A template within a template ends the literal early: what differs begins there.
  return inner.replaceAll("⟨", "{").replaceAll("⟩", "}").replace(/\$\{.*$/s, GAP).replaceAll(/…+/g, GAP);
}
