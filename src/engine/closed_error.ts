import { ConfigurationError } from "../errors/configuration_error.ts";
import type { Registry } from "./registry.ts";

/**
 * What a run is refused with once its instance was closed.
 *
 * @param registry What the functions of the instance share.
 * @param task What cannot be done, as in `map "resize"`.
 * @returns The error; `undefined` as long as the instance is open.
 */
export function closedError({ isClosed }: Registry, task: string): ConfigurationError | undefined {
  return isClosed ? new ConfigurationError(`Cannot ${task} as its instance is closed`) : undefined;
}
