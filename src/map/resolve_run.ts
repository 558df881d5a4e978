import { isPooled } from "../options/option_needs.ts";
import { validateOptions, wrongOption } from "../options/validate.ts";
import type { MapEngine } from "./map_engine.ts";
import type { ResolvedMapOptions, RunOptions } from "./opmap_options.ts";

/** The options of a run that are in force, but for its journal. */
export interface ResolvedRun extends Pick<ResolvedMapOptions, "onError" | "progress" | "workers"> {
  readonly signal: AbortSignal | undefined;
}

/**
 * The options of one run, over those of its map.
 *
 * @param task What cannot be done where one is wrong, as in `map "load"`.
 * @param given The options of the run.
 * @param options The options of the map.
 * @param mapEngine What is known of options.
 * @returns The options in force.
 * @throws {ConfigurationError} If one is wrong.
 */
export function resolveRun(
  task: string,
  given: RunOptions | undefined,
  options: ResolvedMapOptions,
  { table, features, runRules }: MapEngine,
): ResolvedRun {
  const { onError, progress, workers } = options;
  if (given === undefined) return { onError, progress, workers, signal: undefined };
  validateOptions(task, given, features?.runRules ?? runRules, "", table.hint);
  if (isPooled(options) && (given.workers ?? 0) > workers) {
    throw wrongOption(task, "workers", { desired: `at most ${workers}, as many as the pool has` }, given.workers);
  }
  return {
    onError: given.onError ?? onError,
    progress: given.progress ?? progress,
    workers: given.workers ?? workers,
    signal: given.signal,
  };
}
