import { resolveJournal } from "../journal/journal_options.ts";
import { failureOf, MISMATCH_FIX, mismatchOf } from "../journal/open_journal.ts";
import { ItemJournal } from "../map/item_journal.ts";
import { isThere } from "../runtime/file_streams.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import type { LoadedFunction } from "./load_function.ts";
import type { MapFlags } from "./map_flags.ts";
import type { MapInput } from "./map_input.ts";
import { mapOptions } from "./map_options.ts";
import { readLatest } from "./read_latest.ts";

const TASK = "plan the run";

/**
 * What `opero map` would do, without doing it: reads all items, and the journal, and writes nothing.
 *
 * @param flags What was given.
 * @param loaded The function.
 * @param input The items.
 * @param host The process.
 * @returns The plan, such as `2000 items: 693 in the journal, 1307 to run`.
 * @throws {UsageError} If a line is no JSON.
 * @throws {JournalError} If the journal cannot be read, or is of something else.
 */
export async function planMap(
  flags: MapFlags,
  loaded: LoadedFunction,
  input: MapInput,
  host: HostProcess,
): Promise<string> {
  const journal = await openPlan(flags, loaded, host);
  const counts = { bad: 0, known: 0, run: 0, skip: 0 };
  for await (const { value, index, fault } of input.items) {
    if (fault !== undefined) counts.bad++;
    else if (journal === undefined) counts.run++;
    else {
      const plan = journal.planFor(journal.keyOf(value, index));
      counts[typeof plan === "object" ? "known" : plan]++;
    }
  }
  const parts = [
    [counts.known, "in the journal"],
    [counts.run, "to run"],
    [counts.skip, "skipped"],
    [counts.bad, "with bad lines"],
  ] as const;
  const items = counts.bad + counts.known + counts.run + counts.skip;
  const shown = parts.filter(([count, what]) => count > 0 || what === "to run").map((part) => part.join(" "));
  return `${items} ${items === 1 ? "item" : "items"}: ${shown.join(", ")}`;
}

/** The items as the journal knows them; `undefined` where there is none, or none yet. */
async function openPlan(flags: MapFlags, loaded: LoadedFunction, host: HostProcess): Promise<ItemJournal | undefined> {
  const { journal: option, version } = mapOptions(flags, loaded, host);
  const options = resolveJournal(TASK, option, version);
  if (options === undefined) return undefined;
  const known = new Map<string, boolean>();
  if (isThere(options.path)) {
    const { header } = await readLatest(options.path, TASK, ({ key, status }) => known.set(key, status === "ok"));
    const keyed = options.key === undefined ? "item" : "own";
    const mismatch = header && mismatchOf(header, { task: loaded.name, version, keyed, at: "" });
    if (mismatch !== undefined) {
      if (options.onMismatch === "error") {
        throw failureOf({ task: TASK, path: options.path })(`${mismatch}; ${MISMATCH_FIX}`);
      }
      known.clear();
    }
  }
  const find = (key: string) => {
    const isOk = known.get(key);
    return isOk === undefined ? undefined : { isOk, offset: 0 };
  };
  const unused = () => {
    throw new TypeError("A plan reads and writes no records");
  };
  return new ItemJournal({ find, read: unused, write: unused }, options, loaded.name);
}
