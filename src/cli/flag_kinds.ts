import { printable } from "../errors/printable.ts";
import { type Duration, parseDuration } from "../time/duration.ts";
import { UsageError } from "./usage_error.ts";

/** What a flag of a command takes. */
export interface FlagKind<Value> {
  /** Whether it takes no value. */
  readonly isSwitch?: boolean;
  /** Whether it may be given several times. */
  readonly isList?: boolean;
  /** Its short form, one letter. */
  readonly short?: string;
  /** Reads the value; `name` is the flag, as in `--workers`. */
  readonly read: (text: string, name: string) => Value;
}

const MAX_SHOWN = 60;

/** A user and a password in an address. */
const CREDENTIALS = /(:\/\/)[^/@]*@/g;

/**
 * The error for a flag whose value is not what it takes.
 *
 * @param name The flag, as in `--workers`.
 * @param desired What it takes.
 * @param text What was given.
 * @returns The error, to be thrown.
 */
export function wrongFlag(name: string, desired: string, text: string): UsageError {
  const shown = text.replace(CREDENTIALS, "$1…@").slice(0, MAX_SHOWN);
  return new UsageError(`${name} must be ${desired}: received ${printable(JSON.stringify(shown))}`);
}

/** A flag that takes no value. */
export const flag: FlagKind<boolean> = { isSwitch: true, read: () => true };

/** A flag that takes any text but none. */
export const text: FlagKind<string> = {
  read: (given, name) => {
    if (given === "") throw wrongFlag(name, "a text", given);
    return given;
  },
};

/**
 * A flag that takes one of some words.
 *
 * @param words The words.
 * @param note What else is to be said where it is none of them.
 * @returns The kind of flag.
 */
export function choice<Word extends string>(words: readonly Word[], note = ""): FlagKind<Word> {
  return {
    read: (given, name) => {
      const word = words.find((each) => each === given);
      if (word === undefined) {
        throw wrongFlag(name, words.join(", ").replace(/, (?=[^,]*$)/, " or ") + note, given);
      }
      return word;
    },
  };
}

/**
 * A flag that takes a whole number.
 *
 * @param least The least that it may be.
 * @returns The kind of flag.
 */
export function wholeNumber(least: number): FlagKind<number> {
  return {
    read: (given, name) => {
      const value = /^\d{1,15}$/.test(given) ? Number(given) : NaN;
      if (!(value >= least)) throw wrongFlag(name, `a whole number of ${least} or more`, given);
      return value;
    },
  };
}

/** A flag that takes a length of time with its unit. */
export const duration: FlagKind<Duration> = {
  read: (given, name) => {
    if (!parseDuration(given)) throw wrongFlag(name, "a time with its unit, such as 500ms, 30s, 5m or 1h", given);
    return given as Duration;
  },
};
