import { immediateAnswer } from "./immediate_answer.ts";

/**
 * What a function of the user's that is asked for yes or no has answered.
 *
 * @param functionName The name of the wrapped function, for messages.
 * @param option The name of the option.
 * @param answer What the user's function returned.
 * @returns The answer.
 * @throws {ConfigurationError} If that is a promise, which would pass for yes whatever it brings.
 */
export function booleanAnswer(functionName: string, option: string, answer: unknown): boolean {
  return Boolean(immediateAnswer(functionName, option, "a function that answers true or false at once", answer));
}
