import { isPromise, whenDone, whenReady } from "../../src/call/maybe_promise.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";

/** A promise of another make, as a driver of a database may answer. */
function foreign<T>(value: T): Promise<T> {
  return { then: (onValue: (value: T) => unknown) => void onValue(value) } as unknown as Promise<T>;
}

Deno.test("isPromise() knows promises of every make, and nothing else", () => {
  const callable = Object.assign(() => {}, { then: () => {} });
  const promises: readonly unknown[] = [Promise.resolve(), foreign(1), callable];
  assertEquals(promises.map((value) => isPromise(value)), [true, true, true]);
  const others: readonly unknown[] = [undefined, null, 0, "then", {}, { then: 1 }, () => {}];
  assertEquals(others.map((value) => isPromise(value)), others.map(() => false));
});

Deno.test("whenReady() goes on at once with a value, and later with that of a promise", async () => {
  assertEquals(whenReady(1, (value) => value + 1), 2);
  for (const promise of [Promise.resolve(1), foreign(1)]) {
    const answer = whenReady(promise, (value) => value + 1);
    assert(answer instanceof Promise);
    assertEquals(await answer, 2);
  }
  assertEquals(await whenReady(Promise.reject(new Error("down")), () => 1, () => 2), 2);
});

Deno.test("whenDone() gives what an act throws or rejects with to onError, and of what onValue throws nothing", async () => {
  const nobody = () => {
    throw new Error("asked for nothing");
  };
  const message = (error: unknown) => (error as Error).message;
  assertEquals(whenDone(() => 1, (value) => value + 1, nobody), 2);
  assertEquals(
    whenDone(
      () => {
        throw new Error("down");
      },
      nobody,
      message,
    ),
    "down",
  );
  assertEquals(await whenDone(() => Promise.reject(new Error("down")), nobody, message), "down");
  assertThrows(() => whenDone(() => 1, nobody, () => undefined), Error, "asked for nothing");
  await assertRejects(
    async () => await whenDone(() => Promise.resolve(1), nobody, () => undefined),
    Error,
    "asked for nothing",
  );
});

Deno.test("no module exports a 'then', which would make import() call it", async () => {
  const named: string[] = [];
  const visit = (directory: URL) => {
    for (const { name, isDirectory } of Deno.readDirSync(directory)) {
      const path = new URL(isDirectory ? `${name}/` : name, directory);
      if (isDirectory) visit(path);
      else if (/^export .*\b(?:function|const) then\b/m.test(Deno.readTextFileSync(path))) named.push(name);
    }
  };
  visit(new URL("../../src/", import.meta.url));
  assertEquals(named, []);
  const { engineKeyBytes } = await import("../../src/cache/backend/engine_key.ts");
  assertEquals(engineKeyBytes(""), undefined);
});
