import { type OptionRules, wrongOption } from "./validate.ts";

/**
 * Checks that no option in `given` does nothing without another option in `options`, which are the same with defaults.
 * What is 0, `false` or as it is by `defaults` asks for nothing.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param given The options as the user gave them.
 * @param options The same with defaults.
 * @param rules The rules by name.
 * @param defaults The defaults by name.
 * @throws {ConfigurationError} If one does.
 */
export function requireEffect(
  task: string,
  given: object,
  options: object,
  rules: OptionRules,
  defaults: Readonly<Record<string, unknown>> = {},
): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === 0 || value === false || Object.is(value, defaults[name])) continue;
    for (const { isMet, desired } of rules[name]?.needs ?? []) {
      if (!isMet(Object(options), Object(given))) throw wrongOption(task, name, { ...rules[name], desired }, value);
    }
  }
}
