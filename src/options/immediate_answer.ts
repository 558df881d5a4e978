import { readField } from "../errors/read_field.ts";
import { wrongOption } from "./validate.ts";

/**
 * What a function of the user's that has to answer at once has answered.
 *
 * @param functionName The name of the wrapped function, for messages.
 * @param option The name of the option.
 * @param desired What the function has to be, for messages.
 * @param answer What the user's function returned.
 * @returns The answer.
 * @throws {ConfigurationError} If that is a promise: it would pass for yes whatever it brings, or for a key of its own.
 */
export function immediateAnswer(functionName: string, option: string, desired: string, answer: unknown): unknown {
  // Most answers are no objects, which is known without a look into them.
  if ((typeof answer !== "object" && typeof answer !== "function") || answer === null) return answer;
  if (typeof readField(answer, "then") !== "function") return answer;
  // Its result is ignored.
  Promise.resolve(answer).catch(() => {});
  throw wrongOption(`call ${JSON.stringify(functionName)}`, option, { desired }, answer);
}
