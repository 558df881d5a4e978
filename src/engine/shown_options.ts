import { parseDuration, toSeconds } from "../duration.ts";
import type { OperoOptions } from "./opero_options.ts";

const DEFAULTS: OperoOptions = {
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

const DURATIONS = [
  "minDelay",
  "maxDelay",
  "maxRetryAfter",
  "cacheTtl",
  "cacheStale",
  "cacheStaleIfError",
  "cacheTimeout",
  "connectTimeout",
  "rateLimitMaxWait",
  "fallbackDelay",
  "timeout",
  "deadline",
];

/** The options in force, as `.options` shows them: defaults filled in, durations in seconds, frozen. */
export function shownOptions<Options extends OperoOptions>(options: Options): Readonly<Options> {
  const shown = { ...DEFAULTS, ...options } as Record<string, unknown>;
  for (const name of DURATIONS) {
    if (shown[name] !== undefined) shown[name] = toSeconds(parseDuration(shown[name])!);
  }
  // As the retry layer has it: the default upper bound gives way to a lower one that is over it.
  if (options.maxDelay === undefined) shown.maxDelay = Math.max(shown.maxDelay as number, shown.minDelay as number);
  return Object.freeze(shown) as unknown as Readonly<Options>;
}
