import {
  anyFunction,
  nonEmptyString,
  oneOf,
  type OptionRule,
  type OptionRules,
  validateOptions,
  wrongOption,
} from "../options/validate.ts";
import { hintFor } from "../options/peer_names.ts";

/** Which items run that the journal knows: see {@link JournalConfig.resume}. */
export type JournalResume = "unfinished" | "failed" | "new" | "off";

/** When a record is safe from a loss of power: see {@link JournalConfig.durability}. */
export type JournalDurability = "group" | "item";

/** How a run is recorded, and what is made of what earlier runs recorded. */
export interface JournalConfig<Item = unknown> {
  /** The file. It is made where there is none, readable by its owner alone. */
  readonly path: string;
  /** The version of the function, in place of the option `version`: results of another version are never used. */
  readonly version?: string | undefined;
  /**
   * What tells an item from others; only its hash is recorded. By default that is all of the item, by value. Of items
   * with equal keys the first, the second, … of one run stand for those of another.
   */
  readonly key?: ((item: Item) => string) | undefined;
  /**
   * `"group"`: a record is written at once, and safe from a loss of power 64 records or 50 ms later. `"item"`: a result
   * is handed on once its record is safe.
   * @default "group"
   */
  readonly durability?: JournalDurability | undefined;
  /**
   * Which items run: `"unfinished"`, those without a recorded success; `"failed"`, those that failed; `"new"`, those
   * without a record; `"off"`, all. What else has a recorded success gets its value from there; any other
   * item is skipped: its place in the list is `undefined`, and a stream leaves it out.
   * @default "unfinished"
   */
  readonly resume?: JournalResume | undefined;
  /**
   * What happens to a journal of another task or version: `"error"`, or `"restart"`, which renames it, with
   * `.old` at its end, and begins a new one.
   * @default "error"
   */
  readonly onMismatch?: "error" | "restart" | undefined;
}

/** A journal: its file, all of its options, or `false` for none. */
export type JournalOption<Item = unknown> = string | false | JournalConfig<Item>;

const FIELDS: OptionRules = {
  path: nonEmptyString,
  version: nonEmptyString,
  key: anyFunction,
  durability: oneOf(["group", "item"]),
  resume: oneOf(["unfinished", "failed", "new", "off"]),
  onMismatch: oneOf(["error", "restart"]),
};

/** What the option `journal` may be; what is in the object is checked by itself. */
export const journalRule: OptionRule = {
  desired: "the path of a file, an object with a 'path', or false",
  accepts: (value) => {
    if (typeof value === "string") return value !== "";
    return value === false || (typeof value === "object" && value !== null && !Array.isArray(value));
  },
};

/** {@link JournalConfig} with the defaults filled in. */
export interface ResolvedJournal {
  /** The file. */
  readonly path: string;
  /** The version of the function. */
  readonly version: string | undefined;
  /** What tells an item from others, where that is not all of it. */
  readonly key: ((item: unknown) => string) | undefined;
  /** When a record is safe. */
  readonly durability: JournalDurability;
  /** Which items run. */
  readonly resume: JournalResume;
  /** What happens to a journal of something else. */
  readonly onMismatch: "error" | "restart";
}

/**
 * The journal that an option asks for.
 *
 * @param task What fails if it is wrong, as in `wrap "load"`.
 * @param option The option as the user gave it.
 * @param version The version of the function, where the option says none.
 * @returns The journal, all defaults filled in; `undefined` for none.
 * @throws {ConfigurationError} If a field is wrong.
 */
export function resolveJournal(
  task: string,
  option: JournalOption | undefined,
  version: string | undefined,
): ResolvedJournal | undefined {
  if (option === undefined || option === false) return undefined;
  const config = typeof option === "string" ? { path: option } : option;
  validateOptions(task, config, FIELDS, "journal.", hintFor);
  if (config.path === undefined) throw wrongOption(task, "journal.path", nonEmptyString, undefined);
  return {
    path: config.path,
    version: config.version ?? version,
    key: config.key,
    durability: config.durability ?? "group",
    resume: config.resume ?? "unfinished",
    onMismatch: config.onMismatch ?? "error",
  };
}
