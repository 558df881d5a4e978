import type { AllFailedReason } from "../errors/all_failed_error.ts";
import { errorLabel } from "../errors/error_label.ts";

/**
 * Why a call stopped, as the text of an `AllFailedError` begins.
 *
 * @param functionName The name of the function.
 * @param reason Why no further attempt was made; a budget that is used up has words of its own.
 * @param attempts How many attempts failed.
 * @returns The beginning of the text.
 */
export function describeFailure(functionName: string, reason: AllFailedReason, attempts: number): string {
  const name = JSON.stringify(functionName);
  if (reason === "attempts") {
    return `${attempts === 1 ? "The only attempt" : `All ${attempts} attempts`} of ${name} failed`;
  }
  if (reason === "deadline") return `The deadline of ${name} came after ${countAttempts(attempts)}`;
  return describeStop(functionName, attempts, "the server asks to wait longer than 'maxRetryAfter'");
}

/**
 * That a call stopped, as the text of an `AllFailedError` begins.
 *
 * @param functionName The name of the function.
 * @param attempts How many attempts failed.
 * @param why Why no further attempt was made.
 * @returns The beginning of the text.
 */
export function describeStop(functionName: string, attempts: number, why: string): string {
  return `Gave up ${JSON.stringify(functionName)} after ${countAttempts(attempts)}, as ${why}`;
}

function countAttempts(attempts: number): string {
  return attempts === 1 ? "1 attempt" : `${attempts} attempts`;
}

/**
 * The kinds of the errors and how many there are of each, as the text ends; their texts may hold anything and stay out.
 *
 * @param errors What the attempts threw, and a refusal.
 * @returns The end of the text; empty without an error.
 */
export function tallyErrors(errors: readonly unknown[]): string {
  if (errors.length === 1) return `: 1 × ${errorLabel(errors[0])}`;
  const counts = new Map<string, number>();
  for (const error of errors) {
    const label = errorLabel(error);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const parts = [...counts].map(([label, times]) => `${times} × ${label}`);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}
