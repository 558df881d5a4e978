import { isAsyncFunction, type Mapped, type OnError, opmap, type OpmapOptions } from "@opero/core";
import { memoryEngine } from "@opero/core/testing";

/**
 * `opmap(fn, options)`; in the mode `"cluster"` over an engine in memory, with a worker that serves it until the map is disposed.
 */
export function servedMap<Item, Value, Errors extends OnError = "throw">(
  fn: (item: Item) => Value,
  options: OpmapOptions<Item, Awaited<Value>, Errors>,
): Mapped<void, Item, Awaited<Value>, Errors> {
  // deno-lint-ignore no-explicit-any -- the options are those of the function, which the compiler does not see here
  if (options.mode !== "cluster") return opmap(fn, options as any) as any;
  const engine = memoryEngine();
  // deno-lint-ignore no-explicit-any -- as above
  const map: any = opmap(fn, { engine, task: "served", ...options, workers: undefined } as any);
  const serving = engine.serve(map, isAsyncFunction(fn) ? { grace: 0 } : { threads: 2, grace: 0 });
  const close = async () => {
    await serving;
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
