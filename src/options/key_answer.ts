import { immediateAnswer } from "./immediate_answer.ts";

/**
 * What a function of the user's that is asked for a key has answered.
 *
 * @param functionName The name of the wrapped function, for messages.
 * @param option The name of the option.
 * @param answer What the user's function returned.
 * @returns The answer.
 * @throws {ConfigurationError} If that is a promise, which no two calls would share.
 */
export function keyAnswer(functionName: string, option: string, answer: unknown): unknown {
  return immediateAnswer(functionName, option, "a function that answers a key at once", answer);
}
