import { tagOf } from "../errors/read_field.ts";
import { quoted } from "../errors/printable.ts";
import { sourceOf } from "../function_source/callable_source.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import { globalValue } from "../runtime/global_value.ts";
import type { PipelineParts } from "./engine.ts";
import type { FilledOptions } from "./opero_options.ts";
import type { Registry } from "./registry.ts";

/** So often one function may be wrapped with what each wrap has of its own: once a tenant, say. */
const MOST_WRAPS = 100;

/** How many functions are counted; at the next all is forgotten. */
const MAX_COUNTED = 1_000;

/** How often each function was wrapped, by its name and its source: a closure is another object each time. */
const wrapsOf = new WeakMap<Registry, Map<string, number>>();

/**
 * Warns of what works, and yet not as it was meant.
 *
 * @param parts The function and its options.
 * @param host What the policies know of the function.
 */
export function warnOfLikelyMistakes(parts: PipelineParts, host: PolicyHost): void {
  for (const [kind, find] of MISTAKES) {
    const message = find(parts, host.functionName);
    if (message !== undefined) host.telemetry.warnOnce(kind, host.functionName, message);
  }
}

type Find = (parts: PipelineParts, functionName: string) => string | undefined;

const MISTAKES: readonly (readonly [kind: string, find: Find])[] = [
  ["unseen failures", unseenFailures],
  ["generator", generator],
  ["wrapped at each call", wrappedAtEachCall],
];

/** Retries of `fetch` are hardly what they seem to be: to it every answer is a success. */
function unseenFailures({ fn, options }: PipelineParts): string | undefined {
  if (options.retries === 0 || options.failOn !== undefined || fn !== globalValue("fetch")) return undefined;
  return "fetch succeeds with a 503, too, so that is not retried: give 'failOn: isFailedResponse', or " +
    "'failOn: () => false' where only lost connections are to be retried";
}

/** What a call of a generator function answers has not begun. */
function generator({ fn }: PipelineParts, functionName: string): string | undefined {
  if (!tagOf(fn).includes("GeneratorFunction")) return undefined;
  return `${
    quoted(functionName)
  } is a generator function, whose body runs after the call has ended: nothing in it is ` +
    "retried, limited or timed out; wrap the functions that it calls";
}

function wrappedAtEachCall({ fn, options, registry }: PipelineParts, functionName: string): string | undefined {
  if (!hasOwnState(options)) return undefined;
  const wraps = wrapsOf.get(registry) ?? new Map<string, number>();
  wrapsOf.set(registry, wraps);
  if (wraps.size >= MAX_COUNTED) wraps.clear();
  const key = `${functionName}\n${sourceOf(fn)}`;
  const count = (wraps.get(key) ?? 0) + 1;
  wraps.set(key, count);
  if (count !== MOST_WRAPS) return undefined;
  return `${
    quoted(functionName)
  } is wrapped for the ${MOST_WRAPS}th time, each time with a cache or a limit of its own, ` +
    "which its calls do not share: wrap it once, at the top of the module, or give each a 'name' where that is meant";
}

/** Whether there is something that calls share, and calls of another wrap do not. */
function hasOwnState({ cache, cacheBackend, cacheId, rateLimit, rateLimitScope }: FilledOptions): boolean {
  const isCached = cache && cacheBackend === "memory" && cacheId === undefined;
  // A list, or an object, may have a store that many functions share.
  return isCached || (typeof rateLimit === "number" && rateLimitScope !== "global");
}
