import { readField } from "../errors/read_field.ts";
import { wrongOption } from "./validate.ts";

/**
 * What a function of the user's that is asked for yes or no has answered.
 *
 * @param functionName The name of the function, for messages.
 * @param option The name of the option.
 * @param answer What the user's function returned.
 * @returns The answer.
 * @throws {ConfigurationError} If that is a promise, which would pass for yes whatever it brings.
 */
export function booleanAnswer(functionName: string, option: string, answer: unknown): boolean {
  if (typeof readField(answer, "then") !== "function") return Boolean(answer);
  // Its result is ignored.
  Promise.resolve(answer).catch(() => {});
  const desired = "a function that answers true or false at once";
  throw wrongOption(`call ${JSON.stringify(functionName)}`, option, { desired }, answer);
}
