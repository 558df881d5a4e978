import type { StoreFailure } from "./shared_limits.ts";

/**
 * What a process does while the store of a limit is away, in words.
 *
 * @param onFailure What the options say.
 * @param clients How many processes it knows of that share the limit, itself among them.
 * @returns A part of a sentence.
 */
export function meanwhile(onFailure: StoreFailure, clients: number): string {
  if (onFailure === "fail") return "attempts that need it fail";
  if (onFailure === "open") return "attempts start without a limit";
  if (clients > 1) return `this process keeps to its share, 1/${clients} of the rate`;
  return "this process takes all of the rate, as it knows of no other";
}
