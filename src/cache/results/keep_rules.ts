import { booleanAnswer } from "../../options/boolean_answer.ts";
import { anyDuration, type OptionRule, wrongOption } from "../../options/validate.ts";
import { parseDuration } from "../../time/duration.ts";
import type { KeptEntry } from "../backend/kept_entry.ts";
import { entryFor, type Freshness } from "./freshness.ts";

/** A function of the user's that is given a result, and the arguments of the call. */
export type AskResult = (value: unknown, ...args: readonly unknown[]) => unknown;

/** What the user says of results. */
export interface KeepOptions {
  /** The name of the function, for messages. */
  readonly functionName: string;
  /** How long results live where `cacheTtl` is no function. */
  readonly freshness: Freshness;
  readonly cacheIf: AskResult | undefined;
  readonly cacheTtl: AskResult | undefined;
  readonly cacheTags: AskResult | undefined;
  /** Whether it counts how long a run took. */
  readonly isTimed: boolean;
}

/** How many tags a result may have: each is looked up at a hit in a backend. */
const MAX_TAGS = 100;

/** What the functions answer may be of the value, which no message shows. */
const TTL_RULE: OptionRule = {
  desired: `a function that answers ${anyDuration.desired}, or undefined`,
  accepts: anyDuration.accepts,
  isPrivate: true,
};

const TAGS_RULE: OptionRule = {
  desired: `a function that answers an array of at most ${MAX_TAGS} non-empty strings`,
  accepts: (value) =>
    Array.isArray(value) && value.length <= MAX_TAGS && value.every((tag) => typeof tag === "string" && tag !== ""),
  isPrivate: true,
};

/**
 * Which results are kept, for how long and with which tags. What a function of the user's throws ends the call, as does
 * an answer that is none, in a `ConfigurationError`: the mistake would cost the cache silently.
 */
export class KeepRules {
  readonly #options: KeepOptions;
  /** Whether any function of the user's is asked. */
  readonly #isAsking: boolean;

  /** The rules of one function. */
  constructor(options: KeepOptions) {
    this.#options = options;
    this.#isAsking = (options.cacheIf ?? options.cacheTtl ?? options.cacheTags) !== undefined;
  }

  /** Whether it is to be known when a run began. */
  get isTimed(): boolean {
    return this.#options.isTimed;
  }

  /** Whether results bear tags. */
  get hasTags(): boolean {
    return this.#options.cacheTags !== undefined;
  }

  /**
   * The entry of the result of a run, or `undefined` where it is not kept.
   *
   * @throws {ConfigurationError} If a function of the user's gave no answer that can be used.
   * @throws {unknown} What a function of the user's throws.
   */
  entryOfRun(value: unknown, args: readonly unknown[], nowMs: number): KeptEntry | undefined {
    if (!this.#isAsking) return entryFor(value, nowMs, this.#options.freshness);
    const { cacheIf, functionName } = this.#options;
    if (cacheIf !== undefined && !booleanAnswer(functionName, "cacheIf", cacheIf(value, ...args))) return undefined;
    return this.entryByName(value, args, nowMs);
  }

  /** The same for a value that is to be kept by name, of which `cacheIf` is not asked. */
  entryByName(value: unknown, args: readonly unknown[], nowMs: number): KeptEntry | undefined {
    const { cacheTtl, cacheTags, freshness } = this.#options;
    const ttlMs = cacheTtl === undefined ? freshness.ttlMs : this.#ttlMs(cacheTtl(value, ...args));
    if (ttlMs === 0) return undefined;
    const entry = entryFor(value, nowMs, { ...freshness, ttlMs });
    return cacheTags === undefined ? entry : { ...entry, tags: this.#tags(cacheTags(value, ...args)) };
  }

  #ttlMs(answer: unknown): number {
    if (answer !== undefined && !TTL_RULE.accepts(answer)) throw this.#wrongAnswer("cacheTtl", TTL_RULE, answer);
    return parseDuration(answer) ?? 0;
  }

  #tags(answer: unknown): readonly string[] {
    if (!TAGS_RULE.accepts(answer)) throw this.#wrongAnswer("cacheTags", TAGS_RULE, answer);
    return [...new Set(answer as readonly string[])];
  }

  #wrongAnswer(option: string, rule: OptionRule, answer: unknown): Error {
    // The result of a promise is ignored.
    Promise.resolve(answer).catch(() => {});
    return wrongOption(`call ${JSON.stringify(this.#options.functionName)}`, option, rule, answer);
  }
}
