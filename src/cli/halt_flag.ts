import { type FlagKind, wrongFlag } from "./flag_kinds.ts";

/** When a run is to end early, as `--halt` takes it. */
export interface Halt {
  /** `"soon"`: what runs is done to its end; `"now"`: it is interrupted. */
  readonly when: "soon" | "now";
  /** What is counted: items that failed, that succeeded, or both. */
  readonly counted: "fail" | "success" | "done";
  /** So many, or so many percent of the items that were read. */
  readonly limit: number;
  /** Whether `limit` is in percent. */
  readonly isPercent: boolean;
  /** With a percentage: nothing is judged before so many items were read. */
  readonly min: number;
}

/** How far a run has come. */
export interface HaltState {
  /** The items that were read. */
  readonly read: number;
  /** Those that succeeded. */
  readonly ok: number;
  /** Those that failed. */
  readonly failed: number;
}

const FORM = /^(soon|now),(fail|success|done)=(\d{1,12})(%?)(?:,min=(\d{1,12}))?$/;
const DESIRED =
  "soon or now, and what to count, such as soon,fail=10, now,fail=1, soon,fail=5%,min=100 or soon,done=1000";

/** A flag that takes when to end early. */
export const halt: FlagKind<Halt> = {
  read: (given, name) => {
    const [, when, counted, limit, percent, min] = FORM.exec(given) ?? [];
    const isPercent = percent === "%";
    const isRight = Number(limit) > 0 && (isPercent ? Number(limit) <= 100 : min === undefined);
    if (!isRight) throw wrongFlag(name, DESIRED, given);
    return { when, counted, limit: Number(limit), isPercent, min: Number(min ?? 1) } as Halt;
  },
};

/**
 * Whether it is time to end.
 *
 * @param halt When that is.
 * @param state How far the run has come.
 * @returns `true` if it is.
 */
export function isHaltDue({ counted, limit, isPercent, min }: Halt, { read, ok, failed }: HaltState): boolean {
  const count = counted === "fail" ? failed : counted === "success" ? ok : ok + failed;
  if (!isPercent) return count >= limit;
  return count > 0 && read >= Math.max(1, min) && count * 100 >= limit * read;
}
