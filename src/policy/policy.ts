import type { CacheMode } from "../call/call_state.ts";
import type { Layer } from "../call/layer.ts";
import type { OptionRule, OptionRules } from "../options/validate.ts";
import type { PolicyHandles } from "./policy_handles.ts";
import type { PolicyHost } from "./policy_host.ts";

/** `Options` once the defaults of those in `Defaulted` are filled in. */
export type Filled<Options, Defaulted extends keyof Options> =
  & Options
  & { readonly [Name in Defaulted]-?: NonNullable<Options[Name]> };

/**
 * Options that belong together, and all that is known of them: what they may be, what is in force where one is left
 * out, and how they are shown. Nothing of this stands anywhere else.
 */
export interface OptionSet {
  /** What each option may be; which of them are durations is a part of it. */
  readonly rules: OptionRules;
  /** What is in force where an option is left out. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** What the options of one call may be that have to do with these, for `fn.with()`. */
  readonly callRules?: OptionRules;
  /** How values are shown in `.options`; what is not here is shown as it was given, durations in seconds. */
  readonly show?: Readonly<Record<string, ((value: unknown) => unknown) | undefined>>;
  /** Which defaults are others because of what was `given`. */
  giveWay?(filled: object, given: object): object;
}

/** Where a layer stands: the names of the policies, the outermost first. */
export type LayerPlace =
  | "signal"
  | "reraise"
  | "fallback"
  | "cache"
  | "deadline"
  | "retry"
  | "argFallback"
  | "circuitBreaker"
  | "hedge"
  | "concurrency"
  | "rateLimit"
  | "failOn"
  | "timeout"
  | "interrupt";

/** A policy: its options, and the layer that they switch on. */
export interface Policy extends OptionSet {
  /** What it and its place are called. */
  readonly name: LayerPlace;
  /**
   * Whether its layer does nothing before an attempt has failed, and nothing to a value: items of a pool then need no
   * call before that.
   * @default false
   */
  readonly isOnFailureOnly?: boolean;
  /**
   * Makes the layer, once, where a function is wrapped.
   *
   * @param options The options of the function, checked, with all defaults filled in.
   * @returns The layer, or `undefined` where the options leave it off, so that it costs nothing.
   * @throws {ConfigurationError} If options contradict each other.
   */
  resolve(options: object, host: PolicyHost): Layer | LayerForms | undefined;
}

/** The layer of a policy that calls with options of their own can switch on or off, or that gives handles to the wrapper. */
export interface LayerForms {
  /** For calls without options of their own. */
  readonly plain: Layer | undefined;
  /** For calls from `fn.with()`, which ask this of the cache. */
  readonly limited: (cacheMode: CacheMode | undefined) => Layer | undefined;
  /** What the wrapped function bears of the policy. */
  readonly handles?: Partial<PolicyHandles>;
}

/** A policy as it is written: every option has a rule, and `resolve` reads what has a default as being there. */
interface PolicyInit<Own extends object, Defaulted extends keyof Own, Others> extends OptionSet {
  readonly name: LayerPlace;
  readonly isOnFailureOnly?: boolean;
  readonly rules: { readonly [Name in keyof Own]-?: OptionRule };
  readonly defaults: { readonly [Name in Defaulted]: NonNullable<Own[Name]> };
  readonly show?: { readonly [Name in keyof Own]?: (value: unknown) => unknown };
  giveWay?(filled: Filled<Own, Defaulted>, given: Own): Partial<Own>;
  resolve(options: Filled<Own, Defaulted> & Others, host: PolicyHost): Layer | LayerForms | undefined;
}

/**
 * Defines a policy with the options `Own`, of which those in `Defaulted` have a default. `Others` are options of other
 * policies that it reads.
 *
 * @param policy All that is known of the policy.
 * @returns The same, as one among the others.
 */
export function definePolicy<
  Own extends object,
  Defaulted extends keyof Own = never,
  Others extends object = object,
>(policy: PolicyInit<Own, Defaulted, Others>): Policy {
  return policy;
}
