import { builtinModule } from "./builtin_module.ts";

interface UtilModule {
  readonly types: { isProxy(value: unknown): boolean };
}

/** Loads the runtime's own test when it is first needed, and takes its place. */
let test = (value: unknown): boolean => {
  const types = builtinModule<UtilModule>("node:util")?.types;
  test = types?.isProxy ?? (() => false);
  return test(value);
};

/**
 * Whether `value` is a proxy, as far as the runtime can say, which a browser cannot.
 *
 * @param value Any object.
 * @returns `true` for a proxy; `false` where the runtime cannot say.
 */
export function isProxy(value: object): boolean {
  return test(value);
}
