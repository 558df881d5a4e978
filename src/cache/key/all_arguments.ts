/**
 * Lets all arguments count for the key.
 *
 * @param args The arguments of the call.
 * @returns All arguments.
 */
export function allArguments(args: readonly unknown[]): readonly unknown[] {
  return args;
}
