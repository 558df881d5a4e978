import { type JournalOption, journalRule, type ResolvedJournal, resolveJournal } from "../journal/journal_options.ts";
import { nonEmptyString, type OptionRules } from "../options/validate.ts";
import type { OptionSet } from "../policy/policy.ts";
import { requireFiles } from "../runtime/require_files.ts";
import type { AnyFunction } from "../engine/wrapped.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { warnOfIndex, warnOfString } from "./map_mistakes.ts";
import type { MapRunSetup } from "./map_run_setup.ts";
import type { MappedRun } from "./mapped_run.ts";
import { type OpmapOptions, RUN_RULES } from "./opmap_options.ts";
import { RunGate } from "./run_gate.ts";
import { RunHandle, type RunHandleInit } from "./run_handle.ts";
import { RunTracking } from "./run_tracking.ts";
import type { RunTrackingInit } from "./tracking_parts.ts";

/** The options of a journal. */
export const JOURNAL_OPTIONS: OptionSet = { rules: { journal: journalRule, version: nonEmptyString }, defaults: {} };

/** What stands behind the option `journal`, and runs as objects. */
export interface RunFeatures {
  /** What the options of a run may be. */
  readonly runRules: OptionRules;
  /**
   * The journal of a map, or of one run of it, where that has its own; `undefined` for none.
   *
   * @throws {ConfigurationError} If an option of it is wrong, or the runtime has no files.
   */
  journalOf(
    task: string,
    options: Pick<OpmapOptions, "journal" | "version">,
    own?: JournalOption,
  ): ResolvedJournal | undefined;
  /** Warns where a function seems to expect more than its item. */
  warnOfIndex(fn: AnyFunction, host: LayerHost): void;
  /** Warns where items are hardly what was meant. */
  warnOfString(host: LayerHost): void;
  /** A run whose items are recorded. */
  track(setup: MapRunSetup, init: RunTrackingInit): MapRunSetup;
  /** A run as an object. */
  openRun(
    setup: MapRunSetup,
    init: RunTrackingInit,
    handle: Omit<RunHandleInit, "setup" | "tracking" | "gate">,
  ): MappedRun<unknown>;
}

/** All of it. */
export const RUN_FEATURES: RunFeatures = {
  runRules: { ...RUN_RULES, journal: journalRule },
  journalOf: (task, options, own = options.journal) => {
    const journal = resolveJournal(task, own, options.version);
    if (journal !== undefined) requireFiles(task, "leave 'journal' out");
    return journal;
  },
  warnOfIndex,
  warnOfString,
  track: (setup, init) => new RunTracking(init, new RunGate(setup.capacity, false)).around(setup),
  openRun: (setup, init, handle) => {
    const gate = new RunGate(setup.capacity, false);
    const tracking = new RunTracking(init, gate);
    return new RunHandle({ ...handle, setup: tracking.around(setup), tracking, gate });
  },
};
