import { nearestName } from "../options/nearest_name.ts";

/** Options of policies that can be passed in, by their beginnings. */
const PASSED_IN: readonly (readonly [policy: string, options: RegExp])[] = [
  ["cache", /^cache|^connectTimeout$/],
  ["rateLimit", /^rateLimit|^serverPacing$/],
  ["argFallback", /^argFallback$|^fallback[VODSW]|^cooldown$|^allowedFails$/],
  ["circuitBreaker", /^circuitBreaker$/],
  ["concurrency", /^concurrency(Key)?$/],
  ["hedge", /^hedge$/],
  ["retryBudget", /^retryBudget$/],
];

/** Options that the whole library alone has. */
const ELSEWHERE =
  /^(stats|layers|context|chunkSize|worker(Concurrency)|module|m(emoryLimit|axCrashesPerItem)|errorClasses|permissions|journal|version|engine|task|lease)$/;

/**
 * Where an option is that the light door does not have, as a message ends; of an unknown one, the option that is
 * spelt most like it.
 *
 * @param name The unknown option.
 * @param known The names of all options of the door.
 * @param within The option that holds it, with a dot; empty for none.
 * @returns The end of a message; empty where nothing is alike.
 */
export function lightHint(name: string, known: readonly string[], within: string): string {
  if (within !== "") return nearestName(name, known, within);
  const policy = PASSED_IN.find(([, options]) => options.test(name))?.[0];
  if (policy === undefined && !ELSEWHERE.test(name)) return nearestName(name, known, within);
  const handed = policy === undefined ? "" : `, or pass the policy ${policy} to createOpero({ policies })`;
  return `, which the light door does not have: import from "@opero/core"${handed}`;
}
