import type { AllFailedReason } from "../errors/all_failed_error.ts";
import { describeStop } from "./failure_wording.ts";

const REFUSED: Readonly<Record<AllFailedReason, string>> = {
  attempts: "",
  deadline: ", and the deadline comes before it may be made",
  retry_after: ", and may be made only after more than 'maxRetryAfter'",
  budget: "",
};

/**
 * Why a call stopped whose next attempt was refused, as the text of an `AllFailedError` begins.
 *
 * @param functionName The name of the function.
 * @param reason Why the refusal was not waited for.
 * @param attempts How many attempts failed.
 * @returns The beginning of the text.
 */
export function describeRefusal(functionName: string, reason: AllFailedReason, attempts: number): string {
  const one = attempts === 0 ? "one" : "another";
  return describeStop(functionName, attempts, `${one} was refused${REFUSED[reason]}`);
}
