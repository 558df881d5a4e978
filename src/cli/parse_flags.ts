import { nearestName } from "../options/nearest_name.ts";
import { printable } from "../errors/printable.ts";
import { parseTokens } from "../runtime/parse_tokens.ts";
import type { FlagKind } from "./flag_kinds.ts";
import { UsageError } from "./usage_error.ts";

/** The flags of a command, by name. */
// deno-lint-ignore no-explicit-any -- flags of all kinds stand in one table
export type FlagTable = Readonly<Record<string, FlagKind<any>>>;

/** What a kind of flag gives: a list, or one value that may be missing. */
type Given<Kind> = Kind extends { readonly isList: true; readonly read: (...args: never[]) => infer Value }
  ? readonly Value[]
  : Kind extends { readonly read: (...args: never[]) => infer Value } ? Value | undefined
  : never;

/** What was given of flags. */
export interface ParsedFlags<Flags extends FlagTable> {
  /** The values, by the names of the flags. */
  readonly flags: { readonly [Name in keyof Flags]: Given<Flags[Name]> };
  /** What belongs to no flag. */
  readonly rest: readonly string[];
}

/**
 * Reads the arguments of a command.
 *
 * @param command The command, as in `opero map`.
 * @param args The arguments.
 * @param table The flags that there are.
 * @returns What was given.
 * @throws {UsageError} If a flag is unknown, given twice, lacks its value or has a wrong one.
 */
export function parseFlags<Flags extends FlagTable>(
  command: string,
  args: readonly string[],
  table: Flags,
): ParsedFlags<Flags> {
  const values = new Map<string, unknown[]>();
  const rest: string[] = [];
  for (const token of parseTokens(args, table)) {
    if (token.name === undefined) {
      rest.push(token.value);
      continue;
    }
    const kind = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (kind === undefined) throw unknownFlag(command, token.rawName, table);
    const before = values.get(token.name) ?? [];
    if (before.length > 0 && !kind.isList && !kind.isSwitch) throw new UsageError(`${token.rawName} was given twice`);
    values.set(token.name, [...before, readValue(kind, token.rawName, token.value)]);
  }
  const entries = Object.entries(table).map(([name, { isList }]) => {
    const given = values.get(name) ?? [];
    return [name, isList ? given : given[0]];
  });
  return { flags: Object.fromEntries(entries), rest };
}

function readValue(kind: FlagKind<unknown>, name: string, value: string | undefined): unknown {
  if (kind.isSwitch && value !== undefined) throw new UsageError(`${name} takes no value`);
  if (!kind.isSwitch && value === undefined) throw new UsageError(`${name} needs a value`);
  return kind.read(value ?? "", name);
}

function unknownFlag(command: string, given: string, table: FlagTable): UsageError {
  const names = Object.keys(table).map((name) => `--${name}`);
  const hint = given.startsWith("--") ? nearestName(given, names, "") : "";
  return new UsageError(`${printable(given)} is no flag of ${command}${hint || `; see ${command} --help`}`);
}
