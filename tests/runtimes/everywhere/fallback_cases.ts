import { opero } from "@opero/core";
import { equal, match, rejection } from "./expect.ts";
import { everywhere, fakeInstance } from "./everywhere_case.ts";

const keys = ["a", "b", "c"];
const once = { retries: 0 } as const;

/** Fails but for the value `good`. */
function onlyFor(good: string): (values: readonly string[]) => string {
  return ([value]) => {
    if (value !== good) throw new Error(`no ${value}`);
    return value!;
  };
}

// By its index, as a bundler may have renamed it.
everywhere("argFallback tries the values of a parameter", async () => {
  const fn = opero(onlyFor("c"), { ...once, argFallback: 0 });
  equal([await fn(keys), (await fn.withMeta(keys)).meta.fallbackIndex], ["c", 2]);
});

everywhere("argFallback finds a property of an options object", async () => {
  const fn = opero(({ apiKey }: { apiKey: readonly string[] }) => onlyFor("b")(apiKey), {
    ...once,
    argFallback: "apiKey",
  });
  equal(await fn({ apiKey: keys }), "b");
});

everywhere("fallbackValues are tried where the caller gives none", async () => {
  const fn = opero((values?: readonly string[]) => onlyFor("b")(values!), {
    ...once,
    argFallback: 0,
    fallbackValues: keys,
  });
  equal(await fn(), "b");
});

everywhere("all values that fail are an AllFailedError with their indexes", async () => {
  const error = await rejection(opero(onlyFor("z"), { ...once, argFallback: 0 })(keys), "AllFailedError");
  equal((error.attempts as { fallbackIndex: number }[]).map(({ fallbackIndex }) => fallbackIndex), [0, 1, 2]);
});

for (const fallbackStrategy of ["ordered", "sticky", "round_robin", "least_latency"] as const) {
  everywhere(`fallbackStrategy "${fallbackStrategy}" comes to a value that works`, async () => {
    const { opero } = fakeInstance();
    const fn = opero(onlyFor("b"), { ...once, argFallback: 0, fallbackStrategy });
    for (let call = 0; call < 3; call++) equal(await fn(keys), "b");
  });
}

everywhere("a value that fails too often cools down", async () => {
  const { opero, clock } = fakeInstance();
  const tried: string[] = [];
  const fn = opero(([value]: readonly string[]) => {
    tried.push(value!);
    return onlyFor("b")([value!]);
  }, { ...once, argFallback: 0, cooldown: "10s", allowedFails: 1 });
  for (let call = 0; call < 2; call++) await fn(["a", "b"]);
  equal(tried, ["a", "b", "b"]);
  await clock.tick("10s");
  await fn(["a", "b"]);
  equal(tried.slice(3), ["a", "b"]);
});

everywhere("fallbackOn lets an error out past the other values", async () => {
  const fn = opero(onlyFor("b"), { ...once, argFallback: 0, fallbackOn: SyntaxError });
  match((await rejection(fn(keys), "AllFailedError")).message, /1 × Error/);
});
