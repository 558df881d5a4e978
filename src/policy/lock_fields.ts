import type { Hint } from "../options/nearest_name.ts";
import { anyDuration, type OptionRule, type OptionRules, validateOptions } from "../options/validate.ts";
import { type Duration, parseDuration, toSeconds } from "../time/duration.ts";

/** How processes share runs. */
export interface CacheLockConfig {
  /**
   * How long a process that is silent has the lock; one that lives prolongs it. It is at least `"100ms"`.
   * @default 10
   */
  readonly lease?: Duration | undefined;
  /**
   * How long a call waits for the run of another process at most; then it runs. It never waits longer than its `deadline`,
   * either.
   * @default twice the lease
   */
  readonly maxWait?: Duration | undefined;
}

const MIN_LEASE_MS = 100;

const FIELDS: OptionRules = {
  lease: {
    desired: 'a duration of at least "100ms"',
    accepts: (value) => (parseDuration(value) ?? 0) >= MIN_LEASE_MS && parseDuration(value) !== Infinity,
    isDuration: true,
  },
  maxWait: anyDuration,
};

const DEFAULT_LEASE = 10;
const LEASES_OF_WAIT = 2;

/** What the option `cacheLock` may be. */
export const lockRule: OptionRule = {
  desired: 'true, false, or an object such as { lease: "10s", maxWait: "20s" }',
  accepts: (value) =>
    typeof value === "boolean" || (typeof value === "object" && value !== null && !Array.isArray(value)),
};

/** {@link CacheLockConfig} with its defaults; times in seconds. */
export type FilledLock = Readonly<Record<"lease" | "maxWait", number>>;

/**
 * How `.options` shows the option.
 *
 * @param value The option as the user gave it, checked.
 * @returns The fields in force, durations in seconds; `false` where it is off.
 */
export function showLock(value: unknown): FilledLock | false {
  return value === false ? value : fill(value === true ? {} : value as CacheLockConfig);
}

/**
 * What `cacheLock` asks for.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param option The option as the user gave it.
 * @param hint Says what an unknown field may mean.
 * @returns The fields with their defaults; `undefined` where it is off.
 * @throws {ConfigurationError} If a field is wrong.
 */
export function filledLock(
  task: string,
  option: boolean | CacheLockConfig | undefined,
  hint?: Hint,
): FilledLock | undefined {
  if (option === undefined || option === false) return undefined;
  if (option === true) return fill({});
  validateOptions(task, option, FIELDS, "cacheLock.", hint);
  return fill(option);
}

function fill({ lease, maxWait }: CacheLockConfig): FilledLock {
  const leaseS = lease === undefined ? DEFAULT_LEASE : toSeconds(parseDuration(lease)!);
  return {
    lease: leaseS,
    maxWait: maxWait === undefined ? LEASES_OF_WAIT * leaseS : toSeconds(parseDuration(maxWait)!),
  };
}
