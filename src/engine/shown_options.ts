import type { AllFailedError } from "../errors/all_failed_error.ts";
import { parseDuration, toSeconds } from "../time/duration.ts";
import { type HiddenValue, isPlain } from "../options/hidden_value.ts";
import type { OptionSet } from "../policy/policy.ts";
import type { OperoOptions } from "./opero_options.ts";

/** Options as `.options` shows them: what may be a secret is hidden, all else is as it is in force. */
export type ShownOptions<Options> =
  & Readonly<Omit<Options, "fallback" | "fallbackValues" | "signal" | "cacheBackend">>
  & {
    /** A value is hidden, a function is shown. */
    // deno-lint-ignore no-explicit-any -- the function as it was given
    readonly fallback?: HiddenValue | ((error: AllFailedError, ...args: any[]) => unknown) | undefined;
    /** The number of them shows, and nothing else. */
    readonly fallbackValues?: readonly HiddenValue[] | Readonly<Record<string, readonly HiddenValue[]>> | undefined;
    /** Whether there is one. */
    readonly signal?: HiddenValue | undefined;
    /** The name of a backend; of one that was passed in, its class. */
    readonly cacheBackend?: string | HiddenValue | undefined;
  };

/**
 * The options in force, as `.options` shows them: durations in seconds, frozen throughout; values that may be secrets
 * are hidden.
 *
 * @param options The options, defaults filled in.
 * @param set What is known of each.
 * @returns A frozen object.
 */
export function shownOptions<Options extends OperoOptions>(
  options: Options,
  { rules, show }: OptionSet,
): ShownOptions<Options> {
  const shown = mapValues(options, (value, name) => {
    if (value === undefined) return undefined;
    if (rules[name]?.isDuration && typeof value !== "function") return toSeconds(parseDuration(value)!);
    return show?.[name]?.(value) ?? value;
  });
  return frozenCopy(shown) as ShownOptions<Options>;
}

function mapValues(record: object, change: (value: unknown, name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

function frozenCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy));
  return isPlain(value) ? Object.freeze(mapValues(value, frozenCopy)) : value;
}
