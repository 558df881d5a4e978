interface ProcessLike {
  readonly getBuiltinModule?: (id: string) => unknown;
}

/**
 * A module that the runtime brings along, or `undefined` where it has none: found without an import,
 * so that the package loads in browsers and workers too, and without waiting.
 *
 * @param id The name of the module, such as `node:fs`.
 * @returns The module, or `undefined`.
 */
export function builtinModule<Module>(id: `node:${string}`): Module | undefined {
  const { process } = globalThis as { process?: ProcessLike };
  try {
    return process?.getBuiltinModule?.(id) as Module | undefined;
  } catch {
    return undefined;
  }
}
