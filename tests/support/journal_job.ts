/*
 * A run with a journal in a process of its own, to be killed: `journal_job.ts <journal> <items> <workers> <ms an item>
 * <gate>`. No item ends before there is a file `<gate>`, where that is given.
 * Each run of an item is a line in `<journal>.runs`. It says `begun` with the first item, at the end the results as
 * JSON, or why its journal refused it.
 */
import { JournalError, opmap } from "@opero/core";

/** The items: each fifth stands in the list twice. */
export function jobItems(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i % 5 === 4 ? i - 1 : i);
}

/** What the items come to. */
export function jobResults(count: number): unknown[] {
  return jobItems(count).map((id) => ({ id, text: `value of ${id}`.padEnd(id % 300, ".") }));
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const [path, count, workers, ms, gate] = Deno.args as [string, string, string, string, string?];
  let hasBegun = false;
  const job = opmap(async (id: number) => {
    Deno.writeTextFileSync(`${path}.runs`, `${id}\n`, { append: true });
    if (!hasBegun) console.log("begun");
    hasBegun = true;
    while (gate !== undefined && !isThere(gate)) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, id * 7 % (Number(ms) + 1)));
    return { id, text: `value of ${id}`.padEnd(id % 300, ".") };
  }, { name: "job", workers: Number(workers), progress: false, journal: path });
  try {
    console.log(JSON.stringify(await job(jobItems(Number(count)))));
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    console.log(`refused: ${error.message}`);
  }
}
