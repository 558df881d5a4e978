import type { Call } from "./call.ts";
import type { Handler, Layer } from "./layer.ts";
import type { LazyModule } from "../runtime/lazy_module.ts";

/**
 * The layer that `make` makes with what is in `module`. Calls that come before that is loaded wait for it, in their order.
 *
 * @param module What the layer needs.
 * @param make Makes the layer, once that is there.
 * @returns The layer; where the module is loaded already, the very one that `make` makes.
 */
export function lateLayer<Module>(module: LazyModule<Module>, make: (module: Module) => Layer): Layer {
  if (module.loaded !== undefined) return make(module.loaded);
  return (next) => {
    let handler: Handler | undefined;
    const first = async (call: Call) => {
      const loaded = await module.load();
      handler ??= make(loaded)(next);
      return await handler(call);
    };
    return (call) => handler === undefined ? first(call) : handler(call);
  };
}
