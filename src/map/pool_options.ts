import { CONTEXT_OPTIONS } from "../engine/call_settings.ts";
import { needsThisThread, withNeed } from "../options/option_needs.ts";
import { nonEmptyString, numberThat, oneOf, plainObject, positiveInteger } from "../options/validate.ts";
import type { OptionSet } from "../policy/policy.ts";
import type { OpmapOptions } from "./opmap_options.ts";

/** With less than 10 MiB a worker cannot import this library, with less than 6 Deno and Node may end the process. */
const MIN_MEMORY = 16;

/** What is in force where one is left out. */
const DEFAULTS = {
  workerConcurrency: 16,
  // Without a limit, a heap that overflows ends the whole process of Deno and not the worker alone.
  memoryLimit: 2_048,
  maxCrashesPerItem: 2,
} satisfies Partial<OpmapOptions>;

/** The options that concern a pool of workers. In another mode they wait for this one to come back. */
export const POOL_OPTIONS: OptionSet = {
  rules: {
    chunkSize: positiveInteger,
    workerConcurrency: positiveInteger,
    module: nonEmptyString,
    memoryLimit: numberThat(
      `a number of mebibytes of at least ${MIN_MEMORY}, without which no worker starts`,
      (value) => Number.isFinite(value) && value >= MIN_MEMORY,
    ),
    maxCrashesPerItem: positiveInteger,
    errorClasses: {
      desired: "an array of error classes",
      accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === "function"),
    },
    permissions: plainObject,
    context: withNeed(CONTEXT_OPTIONS.rules.context!, needsThisThread),
    mode: oneOf(["thread", "async", "process", "async_process", "cluster"]),
  },
  defaults: DEFAULTS,
};
