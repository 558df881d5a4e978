/** A block of a README: its language and its lines. */
export interface DocumentBlock {
  readonly language: string;
  readonly lines: readonly string[];
}

const EXAMPLES = new URL("../../examples/", import.meta.url);

/** Where an example is. */
export function exampleUrl(path: string): URL {
  return new URL(path, EXAMPLES);
}

/** The blocks of code in the README of an example, in their order. */
export function readBlocks(example: string): DocumentBlock[] {
  const text = Deno.readTextFileSync(exampleUrl(`${example}/README.md`));
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, lines]) => ({
    language: language!,
    lines: lines!.trimEnd().split("\n"),
  }));
}

/** The commands of the first block, by which the example is started, each as its words. */
export function readCommands(example: string): string[][] {
  const { language, lines } = readBlocks(example)[0]!;
  if (language !== "sh") throw new Error(`The README of ${example} has to begin with how it is started`);
  const commands = lines.map((line) => line.replace(/ #.*/, "").split(" "));
  return commands.filter(([program]) => program === "deno");
}

/** The only block of a language that `index` blocks of it precede. */
export function readBlock(example: string, language: string, index = 0): readonly string[] {
  const block = readBlocks(example).filter((each) => each.language === language)[index];
  if (block === undefined) throw new Error(`The README of ${example} has no block ${index} of ${language}`);
  return block.lines;
}

/** What a document shows and what a run wrote, without the numbers that differ from run to run. */
export function withoutTimes(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line.replace(/(?<=;t=|retry-after: |in )\d+(?:\.\d+)?(?= s$|$)|\d+(?= retries| from the journal)/g, "N")
  );
}
