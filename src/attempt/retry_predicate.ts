import { type ErrorMatcher, resolveMatcher } from "../options/error_matcher.ts";
import { isBug } from "../retry/is_bug.ts";
import type { RetryContext, RetryPredicate } from "./retry_context.ts";

/**
 * `matcher`, which stands under `option`, as a predicate; by default all errors but bugs, which no other attempt and no
 * other value can fix.
 *
 * @param matcher The option as the user gave it.
 * @param functionName The name of the function, for messages.
 * @param option The name of the option.
 * @returns The predicate.
 */
export function retryPredicate(
  matcher: ErrorMatcher<RetryContext> | undefined,
  functionName: string,
  option: string,
): RetryPredicate {
  return matcher === undefined ? (error) => !isBug(error) : resolveMatcher(matcher, functionName, option);
}
