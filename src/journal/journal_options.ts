import { anyFunction, nonEmptyString, oneOf, type OptionRule, type OptionRules } from "../options/validate.ts";

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

/** What the options of a journal may be. */
export const JOURNAL_RULES: OptionRules = {
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
