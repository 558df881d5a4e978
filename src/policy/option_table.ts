import { type Hint, nearestName } from "../options/nearest_name.ts";
import type { OptionRules } from "../options/validate.ts";
import type { OptionSet } from "./policy.ts";

/** What is known of all options of a word such as `opero`. */
export interface OptionTable<Options extends object, FilledOptions extends Options> extends OptionSet {
  readonly callRules: OptionRules;
  readonly show: NonNullable<OptionSet["show"]>;
  /** Says what an unknown option may mean. */
  readonly hint: Hint;
  giveWay(filled: object, given: object): object;
  /** The options that are in force where `given` is given, which holds no `undefined`. */
  fill(given: Options): FilledOptions;
}

/**
 * Makes one table of several sets.
 *
 * @param sets The sets; where two of them have one option, it is the later one's.
 * @param hint Says what an unknown option may mean; by default the one that is spelt most like it.
 * @returns What is known of each option of theirs.
 */
export function tableOf<Options extends object, FilledOptions extends Options>(
  sets: readonly OptionSet[],
  hint: Hint = nearestName,
): OptionTable<Options, FilledOptions> {
  const merged = <Key extends keyof OptionSet>(key: Key): NonNullable<OptionSet[Key]> =>
    Object.assign({}, ...sets.map((set) => set[key]));
  const defaults = merged("defaults");
  const giveWay = (filled: object, given: object) =>
    Object.assign({}, ...sets.map((set) => set.giveWay?.(filled, given)));
  return {
    rules: merged("rules"),
    defaults,
    callRules: merged("callRules"),
    show: merged("show"),
    hint,
    giveWay,
    fill: (given) => {
      const filled = { ...defaults, ...given };
      return { ...filled, ...giveWay(filled, given) };
    },
  };
}
