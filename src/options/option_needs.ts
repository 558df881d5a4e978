import type { OptionNeed, OptionRule, OptionRules } from "./validate.ts";

/*
 * What has no effect without what: each of these is an error where a function is wrapped, since an option that does
 * nothing was given by mistake. Defaults of an instance are none, as other functions of it may use them.
 */

/** Options of the cache; what is said with `cache: false` is kept for when it is switched on. */
export const needsCache: OptionNeed = {
  isMet: ({ cache }, given) => cache === true || given.cache === false,
  desired: "given together with 'cache: true', without which it does nothing",
};

/** What happens to results past their time. */
export const needsTtl: OptionNeed = {
  isMet: ({ cacheTtl }, given) => cacheTtl !== undefined || given.cache === false,
  desired: "given together with 'cacheTtl', without which no result gets old",
};

/** What a backend is opened with. */
export const needsBackendName: OptionNeed = {
  isMet: ({ cacheBackend }) => typeof cacheBackend !== "object",
  desired: "left out where 'cacheBackend' is an object, which has its own configuration",
};

/** What concerns stores that answer later. */
export const needsBackend: OptionNeed = {
  isMet: ({ cacheBackend }, given) => cacheBackend !== undefined || given.cache === false,
  desired: "given together with 'cacheBackend', as memory is not waited for",
};

/** Options of the fallback values. */
export const needsParameter: OptionNeed = {
  isMet: ({ argFallback }) => argFallback !== undefined,
  desired: "given together with 'argFallback', without which it does nothing",
};

/** Options of the health of fallback values. */
export const needsHealth: OptionNeed = {
  isMet: ({ fallbackStrategy, cooldown }) => fallbackStrategy !== undefined || cooldown !== undefined,
  desired: "given together with 'fallbackStrategy' or 'cooldown', without which no value cools down",
};

/** Options of the rate limit. */
export const needsLimit: OptionNeed = {
  isMet: ({ rateLimit }) => rateLimit !== undefined,
  desired: "given together with 'rateLimit', without which it does nothing",
};

/** What distinguishes the slots of a limit of attempts at once. */
export const needsConcurrency: OptionNeed = {
  isMet: ({ concurrency }) => concurrency !== undefined,
  desired: "given together with 'concurrency', without which it does nothing",
};

/** What distinguishes the buckets of a limit. */
export const needsKeys: OptionNeed = {
  isMet: ({ rateLimitScope }) => rateLimitScope === "per_args",
  desired: `given together with 'rateLimitScope: "per_args"', as all calls share one bucket otherwise`,
};

/**
 * Whether the mode runs items elsewhere than on this thread.
 *
 * @param fields The options of the map.
 * @returns `true` for the modes `"process"`, `"async_process"` and `"cluster"`.
 */
export function isPooled({ mode }: { readonly mode?: unknown }): boolean {
  return mode === "process" || mode === "async_process" || mode === "cluster";
}

/** What concerns workers on other machines. */
export const needsCluster: OptionNeed = {
  isMet: ({ mode }) => mode === "cluster",
  desired: `given together with 'mode: "cluster"', without which it does nothing`,
};

/** What cannot follow an item to a worker. */
export const needsThisThread: OptionNeed = {
  isMet: (options) => !isPooled(options),
  desired: "left out in a 'mode' of workers, where 'currentCall()' answers before the first await alone",
};

/**
 * `rules`, each but that of `main` with the need for what `need` says.
 *
 * @param main The name of the option that the others need.
 * @param need What they need it to be.
 * @param rules The rules by name.
 * @returns New rules.
 */
export function needing<Rules extends OptionRules>(main: string, need: OptionNeed, rules: Rules): Rules {
  const entries = Object.entries(rules).map(([name, rule]) => [name, name === main ? rule : withNeed(rule, need)]);
  return Object.fromEntries(entries) as Rules;
}

/**
 * `rule` with one more need.
 *
 * @param rule The rule of an option.
 * @param need What the option needs.
 * @returns A new rule.
 */
export function withNeed(rule: OptionRule, need: OptionNeed): OptionRule {
  return { ...rule, needs: [...rule.needs ?? [], need] };
}
