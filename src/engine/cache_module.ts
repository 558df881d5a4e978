import { LazyModule } from "../runtime/lazy_module.ts";

/** All that keeps results: what `cache` asks for. */
export const cacheModule: LazyModule<typeof import("./open_function_cache.ts")> = /* @__PURE__ */ new LazyModule(() =>
  import("./open_function_cache.ts")
);
