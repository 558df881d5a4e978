import { quoted } from "../errors/printable.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The only argument of a command that belongs to no flag.
 *
 * @param rest The arguments that belong to none.
 * @param what What it is, with an example.
 * @returns The argument.
 * @throws {UsageError} If there is none, or more than one.
 */
export function oneOperand(rest: readonly string[], what: string): string {
  const [first, second] = rest;
  if (first === undefined) throw new UsageError(`name ${what}`);
  if (second !== undefined) throw new UsageError(`name ${what}: received ${quoted(second)} in addition`);
  return first;
}
