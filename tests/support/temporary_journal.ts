/** Does `work` with the path of a journal that is not there yet, in a directory of its own that is removed after it. */
export async function withJournal(work: (path: string) => Promise<unknown>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "opero-journal-" });
  try {
    await work(`${directory}/run.jsonl`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The lines of a journal behind its first. */
export function recordsIn(path: string): Record<string, unknown>[] {
  return Deno.readTextFileSync(path).trimEnd().split("\n").slice(1).map((line) => JSON.parse(line));
}

/** The names in the directory of a journal. */
export function namesBeside(path: string): string[] {
  return [...Deno.readDirSync(path.replace(/\/[^/]*$/, ""))].map(({ name }) => name).sort();
}
