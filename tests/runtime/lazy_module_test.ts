import { assert, assertEquals, assertRejects } from "@std/assert";
import { LazyModule } from "../../src/runtime/lazy_module.ts";

Deno.test("LazyModule.load() imports once for all who ask, in the order in which they asked", async () => {
  let imports = 0;
  const module = new LazyModule(() => Promise.resolve({ number: ++imports }));
  assertEquals([module.loaded, imports], [undefined, 0]);
  const order: string[] = [];
  const first = module.load().then(({ number }) => order.push(`first ${number}`));
  const second = module.load().then(({ number }) => order.push(`second ${number}`));
  await Promise.all([first, second]);
  assertEquals(order, ["first 1", "second 1"]);
  assertEquals([module.loaded?.number, imports], [1, 1]);
});

Deno.test("LazyModule.load() tries again after a failure, of which nobody need have heard", async () => {
  let imports = 0;
  const module = new LazyModule(() => {
    imports++;
    return imports < 3 ? Promise.reject(new Error(`import ${imports}`)) : Promise.resolve({ imports });
  });
  void module.load();
  await new Promise((resolve) => setTimeout(resolve));
  await assertRejects(() => module.load(), Error, "import 2");
  assert(module.loaded === undefined);
  assertEquals(await module.load(), { imports: 3 });
});
