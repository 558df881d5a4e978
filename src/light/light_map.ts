import type { Engine } from "../engine/engine.ts";
import type { OperoOptions } from "../engine/opero_options.ts";
import type { MapEngine } from "../map/map_engine.ts";
import { type ResolvedMapOptions, RUN_OPTIONS } from "../map/opmap_options.ts";
import type { OptionRule } from "../options/validate.ts";
import { tableOf } from "../policy/option_table.ts";

const mode: OptionRule = {
  desired: '"thread" or "async" of the light door (import { opmap } from "@opero/core" for workers)',
  accepts: (value) => value === "thread" || value === "async",
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
      [table, RUN_OPTIONS, { rules: { mode }, defaults: {} }],
      table.hint,
    ),
  };
}
