import { LazyModule } from "../../runtime/lazy_module.ts";

/** What makes keys of arguments: what a rate limit per arguments asks for. */
export const keyModule: LazyModule<typeof import("./cache_key.ts")> = /* @__PURE__ */ new LazyModule(() =>
  import("./cache_key.ts")
);
