import type { AllFailedReason } from "../errors/all_failed_error.ts";
import { errorLabel } from "../errors/error_label.ts";

/** What is said of a call that stopped. */
export interface FailureFacts {
  /** The name of the function. */
  readonly functionName: string;
  /** Why no further attempt was made. */
  readonly reason: AllFailedReason;
  /** How many attempts failed. */
  readonly attempts: number;
  /** Whether a refusal is the last of the errors. */
  readonly isRefused: boolean;
  /** What the attempts threw, and the refusal. */
  readonly errors: readonly unknown[];
}

const WORDING: Readonly<Record<AllFailedReason, (name: string, attempts: number) => string>> = {
  attempts: (name, attempts) => `${attempts === 1 ? "The only attempt" : `All ${attempts} attempts`} of ${name} failed`,
  deadline: (name, attempts) => `The deadline of ${name} came after ${count(attempts)}`,
  retry_after: (name, attempts) =>
    `Gave up ${name} after ${count(attempts)}, as the server asks to wait longer than 'maxRetryAfter'`,
  budget: (name, attempts) => `Gave up ${name} after ${count(attempts)}, as the retry budget is used up`,
};

/**
 * The text of an `AllFailedError`.
 *
 * @param facts What is known of the call.
 * @returns The text: it names kinds of errors only.
 */
export function describeFailure({ functionName, reason, attempts, isRefused, errors }: FailureFacts): string {
  const name = JSON.stringify(functionName);
  return (isRefused ? describeRefusal(name, reason, attempts) : WORDING[reason](name, attempts)) + tally(errors);
}

const REFUSED: Readonly<Record<AllFailedReason, string>> = {
  attempts: "",
  deadline: ", and the deadline comes before it may be made",
  retry_after: ", and may be made only after more than 'maxRetryAfter'",
  budget: "",
};

function describeRefusal(name: string, reason: AllFailedReason, attempts: number): string {
  return `Gave up ${name} after ${count(attempts)}, as ${attempts === 0 ? "one" : "another"} was refused${
    REFUSED[reason]
  }`;
}

function count(attempts: number): string {
  return attempts === 1 ? "1 attempt" : `${attempts} attempts`;
}

/** The kinds of the errors and how many there are of each; their texts may hold anything and stay out. */
function tally(errors: readonly unknown[]): string {
  if (errors.length === 1) return `: 1 × ${errorLabel(errors[0])}`;
  const counts = new Map<string, number>();
  for (const error of errors) {
    const label = errorLabel(error);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const parts = [...counts].map(([label, times]) => `${times} × ${label}`);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}
