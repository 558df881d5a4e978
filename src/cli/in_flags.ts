/** What the library calls by the name of an option, and the command by that of a flag. */
const FLAGS: readonly (readonly [option: string, flag: string])[] = [
  [`'onMismatch: "restart"'`, "--on-mismatch restart"],
  ["'journal.key'", "--key or --key-expr"],
];

/**
 * Says in the flags of the command what the library says in its options.
 *
 * @param message The message of an error of the library.
 * @returns The message that a user of the command can follow.
 */
export function inFlags(message: string): string {
  return FLAGS.reduce((text, [option, flag]) => text.replaceAll(option, flag), message);
}
