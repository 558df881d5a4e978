import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import {
  AllFailedError,
  type AttemptRecord,
  ConfigurationError,
  createOpero,
  type CustomLayer,
  type LayerCall,
  type LayerFunction,
  type LayerPlace,
  opero,
  opmap,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { POLICIES } from "../../src/engine/policies.ts";
import { outcomeOf } from "../support/layer_outcome.ts";

const PLACES: readonly LayerPlace[] = POLICIES.map(({ name }) => name);
const QUICK = { minDelay: 0, maxDelay: 0 };
const pass: LayerFunction = (next) => (call) => next(call);

/** A layer that writes its name into `seen`, and what of the call `what` tells. */
function noting(seen: unknown[], what: (call: LayerCall) => unknown): LayerFunction {
  return (next) => (call) => {
    seen.push(what(call));
    return next(call);
  };
}

Deno.test("layers stand outside and inside of every policy, in the order of their places and then of the list", async () => {
  const seen: unknown[] = [];
  const layers = PLACES.flatMap((place): CustomLayer[] => {
    const named = (name: string) => ({ name, layer: noting(seen, () => name) });
    return [
      { ...named(`inside ${place}`), inside: place },
      { ...named(`outside ${place}`), outside: place },
      { ...named(`outside ${place} too`), outside: place },
    ];
  });
  const order = PLACES.flatMap((place) => [`outside ${place}`, `outside ${place} too`, `inside ${place}`]);
  const full = {
    cache: true,
    deadline: 1,
    rateLimit: 1_000,
    failOn: () => false,
    timeout: 1,
    fallback: 0,
    reraise: true,
  };
  for (const options of [{}, { ...full, argFallback: 0 }]) {
    for (
      const given of [
        layers,
        layers.toReversed().toSorted((a, b) => Number(a.name.endsWith("too")) - Number(b.name.endsWith("too"))),
      ]
    ) {
      assertEquals(await opero((keys: string[]) => keys[0], { ...options, layers: given } as object)(["a"]), "a");
      assertEquals(seen.splice(0), order);
    }
  }
});

for (const place of PLACES) {
  for (const side of ["outside", "inside"] as const) {
    Deno.test(`a layer ${side} of '${place}' that passes calls on changes nothing`, async () => {
      const named = { name: "pass", layer: pass };
      const layers: CustomLayer[] = [side === "outside" ? { ...named, outside: place } : { ...named, inside: place }];
      assertEquals(await outcomeOf({ layers }), await outcomeOf({}));
    });
  }
}

Deno.test("a layer is made once a function, for calls with options of their own too", async () => {
  let made = 0;
  let calls = 0;
  const layer: LayerFunction = (next) => {
    made++;
    return (call) => {
      calls++;
      return next(call);
    };
  };
  const load = opero((id: string) => id, { layers: [{ name: "count", outside: "cache", layer }], cache: true });
  await load("a");
  await load.with({ timeout: 5 })("a");
  await load.with({ cache: "bypass" })("a");
  await load.withMeta("a");
  assertEquals([made, calls], [1, 4]);
});

Deno.test("a layer outside of the cache runs for every call, inside of it for those that run", async () => {
  const seen: string[] = [];
  const { opero } = createOpero({
    layers: [
      { name: "outer", outside: "cache", layer: noting(seen, () => "outer") },
      { name: "inner", inside: "cache", layer: noting(seen, () => "inner") },
    ],
    cache: true,
  });
  const load = opero((id: string) => id);
  await Promise.all([load("a"), load("a")]);
  await load("a");
  assertEquals(seen.toSorted(), ["inner", "outer", "outer", "outer"]);
});

Deno.test("a layer is told of the call: its function, arguments, attempt, round, place in a map", async () => {
  const seen: unknown[] = [];
  const tell = ({ functionName, args, self, index, attempt, retry }: LayerCall) =>
    [functionName, args, self, index, attempt, retry] as const;
  const layers: CustomLayer[] = [
    { name: "outer", outside: "retry", layer: noting(seen, tell) },
    { name: "inner", inside: "retry", layer: noting(seen, tell) },
  ];
  let runs = 0;
  const shop = {
    load: opero(function load(id: string) {
      if (++runs < 3) throw new Error("busy");
      return id;
    }, { ...QUICK, layers }),
  };
  assertEquals(await shop.load("a"), "a");
  const told = (attempt: number, retry: number) => ["load", ["a"], shop, undefined, attempt, retry];
  assertEquals(seen.splice(0), [told(1, 0), told(1, 0), told(2, 1), told(3, 2)]);
  await opmap((item: string) => item, { layers: layers.slice(1), progress: false, workers: 1, name: "load" })([
    "x",
    "y",
  ]);
  assertEquals(seen, [["load", ["x"], undefined, 0, 1, 0], ["load", ["y"], undefined, 1, 1, 0]]);
});

Deno.test("a layer can answer in place of what is within, and change what comes of it", async () => {
  let runs = 0;
  const wrap = (layer: LayerFunction) => opero(() => ++runs, { layers: [{ name: "one", inside: "retry", layer }] });
  assertEquals(await wrap(() => () => Promise.resolve("instead")).withMeta(), {
    value: "instead",
    meta: { cache: "off", attempts: 0, waited: 0, fallbackIndex: undefined },
  } as never);
  assertEquals([runs, await wrap((next) => async (call) => -Number(await next(call)))()], [0, -1] as never);
  assertEquals(await wrap(() => () => "no promise" as never)(), "no promise" as never);
});

Deno.test("what a layer within the retries throws is a failed attempt, before 'next' and after", async () => {
  const busy = new RangeError("busy");
  const failing: Record<string, (next: () => Promise<unknown>) => Promise<unknown>> = {
    atOnce: () => {
      throw busy;
    },
    before: () => Promise.reject(busy),
    after: async (next) => {
      await next();
      throw busy;
    },
  };
  for (const [when, fail] of Object.entries(failing)) {
    for (const place of ["argFallback", "rateLimit", "failOn", "timeout", "interrupt"] as const) {
      let calls = 0;
      const layer: LayerFunction = (next) => (call) => ++calls < 3 ? fail(() => next(call)) : next(call);
      const load = opero((keys: string[]) => keys[0], { ...QUICK, layers: [{ name: "fail", outside: place, layer }] });
      const { value, meta } = await load.withMeta(["a", "b"]);
      assertEquals([when, value, meta.attempts], [when, "a", 3]);
      calls = -10;
      const { attempts } = await assertRejects(() => load(["a", "b"]), AllFailedError);
      assertEquals(
        attempts.map(({ error, retry, number }: AttemptRecord) => [error, retry, number]),
        [0, 1, 2, 3].map((i) => {
          return [busy, i, i + 1];
        }) as never,
      );
    }
  }
});

Deno.test("what a layer within the fallback values throws leads to the next value", async () => {
  const layer: LayerFunction = (next) => (call) => {
    if ((call.args[0] as string[])[0] === "a") throw new Error("expired");
    return next(call);
  };
  const load = opero((keys: string[]) => keys[0], {
    argFallback: 0,
    layers: [{ name: "check", inside: "argFallback", layer }],
  });
  assertEquals((await load.withMeta(["a", "b"])).meta.fallbackIndex, 1);
});

Deno.test("what a layer outside of the retries throws comes out as it is", async () => {
  let runs = 0;
  const error = new Error("no");
  const layer: LayerFunction = () => () => Promise.reject(error);
  const load = opero(() => ++runs, { ...QUICK, layers: [{ name: "no", outside: "retry", layer }], fallback: 5 });
  assertEquals([await assertRejects(() => load()), runs], [error, 0] as never);
});

Deno.test("a layer calls 'next' once, with the call that it was given", async () => {
  const wrap = (layer: LayerFunction) =>
    opero(function load(id: string) {
      return id;
    }, { layers: [{ name: "twice", outside: "retry", layer }] });
  const messageOf = async (layer: LayerFunction) =>
    (await assertRejects(() => wrap(layer)("a"), ConfigurationError)).message;
  assertEquals(
    await messageOf((next) => (call) => next(call).then(() => next(call))),
    `Cannot call "load" as the layer "twice" must call 'next' once a call, and leave another attempt to 'retry'`,
  );
  assertEquals(
    await messageOf((next) => (call) => next({ ...call, args: ["b"] })),
    `Cannot call "load" as the layer "twice" must hand to 'next' the call that it was given`,
  );
});

Deno.test("the signal of a call aborts with its caller, its deadline or its map, and nothing is left of it", async () => {
  const clock = new FakeClock();
  const instance = createOpero({ clock });
  const reasons: unknown[] = [];
  const layer: LayerFunction = (next) => (call) => {
    call.signal.addEventListener("abort", () => reasons.push(call.signal.reason.name));
    return next(call);
  };
  const layers: CustomLayer[] = [{ name: "listen", inside: "retry", layer }];
  const sleep = () => clock.sleep(60_000);
  const controller = new AbortController();
  const aborted = assertRejects(() => instance.opero(sleep, { layers }).with({ signal: controller.signal })());
  controller.abort(new DOMException("enough", "AbortError"));
  await aborted;
  const late = assertRejects(() => instance.opero(sleep, { layers, deadline: 1, retries: 0 })(), AllFailedError);
  await clock.tick("2s");
  await late;
  const stop = new AbortController();
  const map = instance.opmap(sleep, { layers, progress: false, workers: 1 });
  const mapped = assertRejects(() => map([1, 2, 3], { signal: stop.signal }));
  await clock.tick("1s");
  stop.abort();
  await mapped;
  assertEquals(reasons, ["AbortError", "TimeoutError", "AbortError"]);
  const quiet = new AbortController();
  const load = instance.opero((id: string) => id, { layers, signal: quiet.signal });
  assertEquals(await load("a"), "a");
  quiet.abort();
  assertEquals(reasons.length, 3);
});

Deno.test("a layer runs, and lets the function run, in the async context that it makes", async () => {
  const storage = new AsyncLocalStorage<string>();
  const layer: LayerFunction = (next) => (call) => storage.run(`tenant of ${call.args[0]}`, () => next(call));
  const { opero } = createOpero({ ...QUICK, layers: [{ name: "tenant", outside: "retry", layer }] });
  let runs = 0;
  const load = opero(async (_id: string) => {
    await Promise.resolve();
    if (++runs < 3) throw new Error("busy");
    return storage.getStore();
  });
  assertEquals([await load("a"), storage.getStore()], ["tenant of a", undefined]);
});

Deno.test("layers of a function take the place of the instance's, and .options shows those in force", () => {
  const layer = pass;
  const { opero } = createOpero({ layers: [{ name: "all", outside: "cache", layer }] });
  assertEquals(opero(() => 1).options.layers, [{ name: "all", outside: "cache", layer }]);
  const { options } = opero(() => 1, { layers: [{ name: "own", inside: "retry", layer }] });
  assertEquals([options.layers, Object.isFrozen(options.layers![0])], [
    [{ name: "own", inside: "retry", layer }],
    true,
  ]);
  assertEquals(opero(() => 1, options as object).options.layers, options.layers);
});

Deno.test("opero() refuses wrong layers with the whole message", () => {
  const names = PLACES.map((place) => `"${place}"`).join(", ");
  const good = { name: "audit", outside: "retry", layer: pass };
  const wrong: [layers: unknown, message: string][] = [
    [pass, "'layers' must be an array of layers, as in [{ name, outside, layer }]: received a function"],
    [[pass], "'layers' must be an array of layers, as in [{ name, outside, layer }]: received an array"],
    [[{ ...good, outside: "retries" }], `'layers[0].outside' must be one of ${names}: received "retries"`],
    [
      [good, { ...good, name: "b", outside: undefined, inside: "log" }],
      `'layers[1].inside' must be one of ${names}: received "log"`,
    ],
    [[{ name: "audit", layer: pass }], `'layers[0].outside' must be one of ${names}: received undefined`],
    [[{ ...good, inside: "cache" }], `'layers[0].inside' must be left out where 'outside' is given: received "cache"`],
    [[{ outside: "retry", layer: pass }], "'layers[0].name' must be a non-empty string: received undefined"],
    [[good, good], `'layers[1].name' must be a name that no other layer has: received "audit"`],
    [[{ ...good, layer: undefined }], "'layers[0].layer' must be a function: received undefined"],
    [
      [{ ...good, layer: () => undefined }],
      "'layers[0].layer' must be a function that answers with a function of a call: received undefined",
    ],
    [[{ ...good, before: "retry" }], "'layers[0].before' must be a known option: received a string"],
  ];
  for (const [layers, message] of wrong) {
    const error = assertThrows(() => opero(function load() {}, { layers } as object), ConfigurationError);
    assertInstanceOf(error, ConfigurationError);
    assertEquals(error.message, `Cannot wrap "load" as ${message}`);
  }
});

Deno.test("the types know the places, and that a layer has one", () => {
  const name = "audit";
  // @ts-expect-error -- no place of that name
  const unknown: CustomLayer = { name, outside: "retries", layer: pass };
  // @ts-expect-error -- two places
  const both: CustomLayer = { name, outside: "retry", inside: "cache", layer: pass };
  // @ts-expect-error -- none
  const none: CustomLayer = { name, layer: pass };
  for (const layer of [unknown, both, none]) {
    assertThrows(() => opero(() => 1, { layers: [layer] }), ConfigurationError);
  }
});
