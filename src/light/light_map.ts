import type { Engine } from "../engine/engine.ts";
import type { OperoOptions } from "../engine/opero_options.ts";
import type { MapEngine } from "../map/map_engine.ts";
import { type ResolvedMapOptions, RUN_OPTIONS, RUN_RULES } from "../map/opmap_options.ts";
import type { OptionRule } from "../options/validate.ts";
import { openCalledProgress } from "../progress/called_progress.ts";
import { tableOf } from "../policy/option_table.ts";

const mode: OptionRule = {
  desired: '"thread" or "async" of the light door (import { opmap } from "@opero/core" for workers)',
  accepts: (value) => value === "thread" || value === "async",
};

const progress: OptionRule = {
  desired: 'a function or false in the light door (import { opmap } from "@opero/core" for a bar)',
  accepts: (value) => value === false || typeof value === "function",
};

/**
 * What functions over many items of a light door can do: all of it on this thread.
 *
 * @param engine What stands around each item.
 * @returns The engine of `opmap`.
 */
export function lightMap(engine: Engine): MapEngine {
  const { table } = engine;
  return {
    engine,
    table: tableOf<OperoOptions, ResolvedMapOptions>(
      [table, RUN_OPTIONS, { rules: { mode, progress }, defaults: { progress: false } }],
      table.hint,
    ),
    runRules: { ...RUN_RULES, progress },
    openProgress: openCalledProgress,
  };
}
