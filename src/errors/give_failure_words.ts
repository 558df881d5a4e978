import { type AllFailedError, failureWords } from "./all_failed_error.ts";
import { describeAllFailed, describeBriefly, newBudget, toIso } from "./describe_error.ts";
import { errorLabel } from "./error_label.ts";
import { formatDuration } from "./format_duration.ts";

/** Gives all errors of failed calls their words; it is called before one is made or rebuilt. */
export function giveFailureWords(): void {
  failureWords.current ??= { summarize, describe };
}

function summarize({ message, attempts, errors }: AllFailedError): string {
  const lines = attempts.map(({ number, retry, fallbackIndex, startedAt, duration, error }) => {
    const fallback = fallbackIndex === undefined ? "" : `, fallback ${fallbackIndex}`;
    const took = formatDuration(duration * 1_000);
    return `  ${number}. retry ${retry}${fallback}, at ${toIso(startedAt)}, after ${took}: ${errorLabel(error)}`;
  });
  const refusals = errors.slice(attempts.length).map((error) => `  refused: ${errorLabel(error)}`);
  return [message, ...lines, ...refusals].join("\n");
}

function describe(error: AllFailedError): Record<string, unknown> {
  return { ...describeAllFailed(error, newBudget()), errors: error.errors.map(describeBriefly) };
}
