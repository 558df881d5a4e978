import { nearestName } from "../options/nearest_name.ts";

/** Options that are elsewhere, and spelt much like one of the light door. */
const ELSEWHERE = /^(argFallback|fallbackOn|module)$/;

/**
 * The option of the light door that is spelt most like an unknown one, as a message ends; where none is, what there may
 * be elsewhere. It keeps no list of that, as each byte of the door counts.
 *
 * @param name The unknown option.
 * @param known The names of all options of the door.
 * @param within The option that holds it, with a dot; empty for none.
 * @returns The end of a message; empty where nothing is alike.
 */
export function lightHint(name: string, known: readonly string[], within: string): string {
  const near = ELSEWHERE.test(name) ? "" : nearestName(name, known, within);
  return near !== "" || within !== ""
    ? near
    : ', which the light door lacks: import from "@opero/core", or pass its policy to createOpero({ policies })';
}
