import { assertEquals, assertRejects } from "@std/assert";
import { Call } from "../../src/call/call.ts";
import { lateLayer } from "../../src/call/late_layer.ts";
import { LazyModule } from "../../src/runtime/lazy_module.ts";

Deno.test("lateLayer() lets calls wait for its module, in order, and is the layer itself from then on", async () => {
  let made = 0;
  const seen: unknown[] = [];
  const module = new LazyModule(() => Promise.resolve({ mark: "late" }));
  const layer = lateLayer(module, ({ mark }) => {
    made++;
    return (next) => (call) => {
      seen.push([mark, ...call.args]);
      return next(call);
    };
  });
  const handler = layer((call) => Promise.resolve(call.args[0]));
  const first = [handler(new Call(undefined, [1])), handler(new Call(undefined, [2]))];
  assertEquals(seen, []);
  assertEquals(await Promise.all(first), [1, 2]);
  const third = handler(new Call(undefined, [3]));
  assertEquals([seen, made], [[["late", 1], ["late", 2], ["late", 3]], 1]);
  assertEquals(await third, 3);
});

Deno.test("lateLayer() rejects the calls that find no module, and lets the next try again", async () => {
  let imports = 0;
  const module = new LazyModule(() => ++imports === 1 ? Promise.reject(new TypeError("no file")) : Promise.resolve({}));
  const handler = lateLayer(module, () => (next) => next)((call) => Promise.resolve(call.args[0]));
  await assertRejects(() => handler(new Call(undefined, [1])), TypeError, "no file");
  assertEquals(await handler(new Call(undefined, [2])), 2);
});
