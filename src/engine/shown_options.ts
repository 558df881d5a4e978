import type { AllFailedError } from "../errors/all_failed_error.ts";
import { parseDuration, toSeconds } from "../time/duration.ts";
import { hidden, type HiddenValue, isPlain } from "../options/hidden_value.ts";
import { className } from "../errors/read_field.ts";
import type { OptionRules } from "../options/validate.ts";
import type { OperoOptions } from "./opero_options.ts";

/** What is in force where an option is left out. */
export const OPERO_DEFAULTS: OperoOptions = {
  retries: 3,
  backoffFactor: 1.5,
  minDelay: 0.1,
  maxDelay: 30,
  jitter: "full",
  reraise: false,
  respectRetryAfter: true,
  maxRetryAfter: 60,
  cache: false,
  cacheBackend: "memory",
  cacheNamespace: "opero",
  cacheTimeout: 0.25,
  connectTimeout: 5,
  rateLimitScope: "per_function",
  fallbackDelay: 0,
  context: "sync",
};

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
    /** The name of a backend; of one that was handed in, its class. */
    readonly cacheBackend?: string | HiddenValue | undefined;
  };

/** What a backend is opened with that tells nothing private. */
const PLAIN_CONFIG = new Set([
  ...["maxEntries", "maxBytes", "maxEntryBytes", "cacheDir", "path", "url", "host", "port", "keyPrefix"],
  ...["connectTimeout", "replyTimeout"],
]);

/** How the values of some options are shown; any other is as it was given. */
const SHOW: Readonly<Record<string, (value: unknown) => unknown>> = {
  fallback: (value) => typeof value === "function" ? value : hidden(),
  fallbackValues: (value) => hideAll(value),
  signal: () => hidden(),
  cacheBackend: (value) => typeof value === "object" ? hidden(className(value!) ?? "object") : value,
  cacheBackendConfig: (value) =>
    mapValues(value as object, (each, name) => PLAIN_CONFIG.has(name) ? showPlain(each) : hidden()),
  rateLimit: (value) => {
    const { per } = Object(value) as { readonly per?: unknown };
    return per === undefined ? value : { ...Object(value), per: toSeconds(parseDuration(per)!) };
  },
};

/**
 * The options in force, as `.options` shows them: defaults filled in, durations in seconds, frozen throughout; values
 * that may be secrets are hidden.
 */
export function shownOptions<Options extends OperoOptions>(
  options: Options,
  rules: OptionRules,
): ShownOptions<Options> {
  const shown = mapValues({ ...OPERO_DEFAULTS, ...options }, (value, name) => {
    if (value === undefined) return undefined;
    if (rules[name]?.isDuration) return toSeconds(parseDuration(value)!);
    return Object.hasOwn(SHOW, name) ? SHOW[name]!(value) : value;
  });
  // As the retry layer has it: the default upper bound gives way to a lower one that is over it.
  if (options.maxDelay === undefined) shown.maxDelay = Math.max(shown.maxDelay as number, shown.minDelay as number);
  return frozenCopy(shown) as ShownOptions<Options>;
}

function mapValues(record: object, change: (value: unknown, name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

function hideAll(values: unknown): unknown {
  if (!Array.isArray(values)) return mapValues(values as object, hideAll);
  return values.map((value) => Array.isArray(value) ? hideAll(value) : hidden());
}

/** What looks like a URL loses its user, its password and its query; what only looks a little like one is hidden. */
function showPlain(value: unknown): unknown {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return hidden();
  if (!/:\/\/|\?|(?<![\\/])@/.test(value)) return value;
  const url = URL.parse(value);
  if (url === null || url.host === "") return hidden();
  const user = url.username === "" && url.password === "" ? "" : `${hidden()}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname}${url.search === "" ? "" : `?${hidden()}`}`;
}

function frozenCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy));
  return isPlain(value) ? Object.freeze(mapValues(value, frozenCopy)) : value;
}
