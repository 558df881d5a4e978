const PLAIN = /^[\w@%+=:,./#-]+$/;
/** What names a server may name a user and a password, too. */
const ADDRESS = /:\/\/\S*[@?]/;

/**
 * A command as it can be pasted into a shell.
 *
 * @param program How the program is called.
 * @param args Its arguments.
 * @returns The command. What may hold a password is left out.
 */
export function shellCommand(program: string, args: readonly string[]): string {
  return [program, ...args.map(quoteArgument)].join(" ");
}

function quoteArgument(argument: string): string {
  if (ADDRESS.test(argument)) return "…";
  return PLAIN.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
