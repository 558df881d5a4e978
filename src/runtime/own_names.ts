import { builtinModule } from "./builtin_module.ts";

interface UtilModule {
  inspect(value: unknown, options: Readonly<Record<string, unknown>>): string;
}

/** Shows each own property but the items, however many those are, and runs nothing of the value's own. */
const ALL_BUT_ITEMS = {
  showHidden: true,
  maxArrayLength: 0,
  depth: 0,
  customInspect: false,
  breakLength: Infinity,
  compact: true,
};

/**
 * What `list` has beside its items, as a text that takes no longer for more items; `undefined` where the runtime has no way to
 * tell but to name them all, which takes far longer than to read them.
 *
 * @param list An array or a similar object.
 * @returns The text, or `undefined`.
 */
export function namesText(list: object): string | undefined {
  return builtinModule<UtilModule>("node:util")?.inspect(list, ALL_BUT_ITEMS);
}
