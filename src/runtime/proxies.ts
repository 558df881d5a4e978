import { builtinModule } from "./builtin_module.ts";

const isRuntimeProxy = builtinModule<{ types: { isProxy(value: object): boolean } }>("node:util")?.types.isProxy;

/** Whether `value` is a `Proxy`, which no runtime clones; `false` where the platform does not tell. */
export function isProxy(value: object): boolean {
  return isRuntimeProxy?.(value) ?? false;
}
