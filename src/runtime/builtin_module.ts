import { globalValue } from "./global_value.ts";

interface ProcessLike<Module> {
  readonly getBuiltinModule?: (id: string) => Module | undefined;
}

/**
 * A module that the runtime brings along, or `undefined` where it has none: found without an import,
 * so that the package loads in browsers and workers too, and without waiting.
 *
 * @param id The name of the module, such as `node:fs`.
 * @returns The module, or `undefined`.
 */
export function builtinModule<Module>(id: `node:${string}`): Module | undefined {
  try {
    return globalValue<ProcessLike<Module>>("process")?.getBuiltinModule?.(id);
  } catch {
    return undefined;
  }
}
