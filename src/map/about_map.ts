import type { ResolvedJournal } from "../journal/journal_options.ts";
import type { RunAbout } from "../run_stats/run_report.ts";
import type { ResolvedMapOptions } from "./opmap_options.ts";

/** The options that say how a run went, and can hold no secret as long as they are words and numbers. */
const SHOWN = [
  "mode",
  "workers",
  "ordered",
  "onError",
  "retries",
  "backoffFactor",
  "minDelay",
  "maxDelay",
  "timeout",
  "deadline",
  "rateLimit",
  "concurrency",
  "cache",
  "cacheTtl",
] as const satisfies readonly (keyof ResolvedMapOptions)[];

/**
 * What the report of a run says of its map.
 *
 * @param task The name of the function.
 * @param options The options of the map.
 * @param journal Where the run is recorded, if it is.
 * @returns What is known.
 */
export function aboutMap(
  task: string,
  options: ResolvedMapOptions,
  journal: ResolvedJournal | undefined,
): Pick<RunAbout, "task" | "version" | "options"> {
  const shown: Record<string, string> = {};
  for (const name of SHOWN) {
    const value = options[name];
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      shown[name] = String(value);
    }
  }
  if (journal !== undefined) shown.resume = journal.resume;
  return { task, version: journal?.version ?? options.version, options: shown };
}
