import { type Engine, isAsyncFunction, type Mapped, type OnError, opmap, type OpmapOptions } from "@opero/core";
import { memoryEngine } from "@opero/core/testing";
import { serve } from "@opero/core/worker";

/** So that maps over one broker do not meet. */
let maps = 0;

/**
 * `opmap(fn, options)`; in the mode `"cluster"` over an engine, by default one in memory, with a worker that serves it until the map is disposed.
 */
export function servedMap<Item, Value, Errors extends OnError = "throw">(
  fn: (item: Item) => Value,
  options: OpmapOptions<Item, Awaited<Value>, Errors>,
  openEngine: () => Engine = memoryEngine,
): Mapped<void, Item, Awaited<Value>, Errors> {
  // deno-lint-ignore no-explicit-any -- the options are those of the function, which the compiler does not see here
  if (options.mode !== "cluster") return opmap(fn, options as any) as any;
  const engine = openEngine();
  // deno-lint-ignore no-explicit-any -- as above
  const map: any = opmap(fn, { engine, task: `served-${++maps}`, ...options, workers: undefined } as any);
  const serving = serve(map, isAsyncFunction(fn) ? { grace: 0 } : { threads: 2, grace: 0 });
  const close = async () => {
    await (await serving).stop();
    await map.close();
    await engine.close();
  };
  // The handles of a map cannot be replaced, so they are those of another function.
  return new Proxy(() => {}, {
    get: (_target, key) => key === Symbol.asyncDispose || key === "close" ? close : map[key],
    apply: (_target, self, args) => Reflect.apply(map, self, args),
    // deno-lint-ignore no-explicit-any -- as above
  }) as any;
}
