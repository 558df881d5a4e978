import { assertEquals, assertRejects } from "@std/assert";
import type { CacheBackend } from "../../../src/cache/backend/cache_backend.ts";
import { LateBackend } from "../../../src/cache/backend/late_backend.ts";
import { LazyModule } from "../../../src/runtime/lazy_module.ts";

const ENTRY = { value: 1, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };

/** A backend that writes down what it is asked for, in a module that is not loaded yet. */
function recorder() {
  const asked: string[] = [];
  const note = <R>(what: string, answer: R): R => {
    asked.push(what);
    return answer;
  };
  const backend: CacheBackend = {
    get: (key) => note(`get ${key}`, ENTRY),
    set: (key) => note(`set ${key}`, undefined),
    delete: (key) => note(`delete ${key}`, true),
    clear: (prefix) => note(`clear ${prefix}`, undefined),
    close: () => note("close", undefined),
  };
  const module = new LazyModule(() => Promise.resolve({ open: () => note("open", backend) }));
  return { asked, module };
}

Deno.test("LateBackend opens once, when it is first used, and keeps the order of what it was asked before", async () => {
  const { asked, module } = recorder();
  const late = new LateBackend(module, ({ open }) => open());
  assertEquals(asked, []);
  const answers = [late.set("a", ENTRY), late.get("a"), late.delete("a"), late.clear(""), late.close()];
  assertEquals(await Promise.all(answers), [undefined, ENTRY, true, undefined, undefined]);
  assertEquals(asked, ["open", "set a", "get a", "delete a", "clear ", "close"]);
});

Deno.test("LateBackend answers without a promise where its backend does, once that is there", async () => {
  const { asked, module } = recorder();
  const late = new LateBackend(module, ({ open }) => open());
  await late.get("a");
  assertEquals([late.get("a"), late.set("a", ENTRY), late.delete("a"), late.clear("")], [
    ENTRY,
    undefined,
    true,
    undefined,
  ]);
  assertEquals(late.close(), undefined);
  assertEquals(new LateBackend(module, ({ open }) => open()).get("b"), ENTRY);
  assertEquals(asked.filter((what) => what === "open").length, 2);
});

Deno.test("LateBackend fails where its code cannot be loaded, and tries again", async () => {
  const { module } = recorder();
  let imports = 0;
  const broken = new LazyModule(() => ++imports === 1 ? Promise.reject(new TypeError("no file")) : module.load());
  const late = new LateBackend(broken, ({ open }) => open());
  await assertRejects(async () => await late.get("a"), TypeError, "no file");
  assertEquals(await late.get("a"), ENTRY);
});
