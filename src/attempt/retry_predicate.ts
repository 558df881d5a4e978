import { type ErrorMatcher, resolveMatcher } from "../options/error_matcher.ts";
import type { RetryContext, RetryPredicate } from "./retry_context.ts";

/**
 * `matcher`, which stands under `option`, as a predicate; by default all errors but bugs, which no other attempt and no
 * other value can fix.
 *
 * @param matcher The option as the user gave it.
 * @param functionName The name of the function, for messages.
 * @param option The name of the option.
 * @param isBug Whether no other attempt can fix an error.
 * @returns The predicate.
 */
export function retryPredicate(
  matcher: ErrorMatcher<RetryContext> | undefined,
  functionName: string,
  option: string,
  isBug: (error: unknown) => boolean,
): RetryPredicate {
  return matcher === undefined ? (error) => !isBug(error) : resolveMatcher(matcher, functionName, option);
}
