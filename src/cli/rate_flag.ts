import { type Duration, parseDuration } from "../time/duration.ts";
import { type FlagKind, wrongFlag } from "./flag_kinds.ts";

/** A limit as `--rate` takes it. */
export interface RateFlag {
  /** The name of the cost that it limits; `undefined` where it limits starts. */
  readonly cost: string | undefined;
  /** So many. */
  readonly limit: number;
  /** In such a time. */
  readonly per: Duration;
}

const FORM = /^(?:([A-Za-z_$][\w$]*)=)?(\d{1,12}(?:\.\d{1,6})?)(?:\/(\d*\.?\d*)(ms|s|m|h|d))?$/;
const DESIRED = "a number a second, or with its time and its cost, such as 10, 500/1m or tokens=90000/1m";

/** A flag that takes a rate, several times. */
export const rate: FlagKind<RateFlag> = {
  isList: true,
  read: (given, name) => {
    const [, cost, limit, count = "", unit = "s"] = FORM.exec(given) ?? [];
    const per = `${count === "" ? 1 : Number(count)}${unit}` as Duration;
    if (!(Number(limit) > 0) || !parseDuration(per)) throw wrongFlag(name, DESIRED, given);
    return { cost, limit: Number(limit), per };
  },
};
