import { assertEquals } from "@std/assert";
import { createOpero, ensureAsync } from "@opero/core";
import { warningsOf } from "./support/warnings_of.ts";

function ship(): Promise<string> {
  return Promise.resolve("shipped");
}

const ADVICE = ", and its limits, caches and log lines are doubled; wrap the function once, with all options";
const multiplied = (text: string, name = "ship") => `opero: "${name}" is wrapped twice: ${text}${ADVICE}`;

Deno.test("opero() and opmap() warn where a wrapped function is wrapped again, and say how often it may run", async () => {
  const shown = multiplied("a call may run it 12 times (4 attempts of 3)");
  const wraps: Record<string, (instance: ReturnType<typeof createOpero>) => unknown> = {
    "opero of opero": ({ opero }) => opero(opero(ship, { retries: 2 }), { retries: 3 }),
    "options first": ({ opero }) => opero({ retries: 3 })(opero({ retries: 2 })(ship)),
    "opmap of opero": ({ opero, opmap }) => opmap(opero(ship, { retries: 2 }), { retries: 3 }),
    "opmap of opmap": ({ opmap }) => opmap(opmap(ship, { retries: 2 }) as never, { retries: 3 }),
    "opero of opmap": ({ opero, opmap }) => opero(opmap(ship, { retries: 2 }), { retries: 3 }),
    "another instance": ({ opero }) => opero(createOpero().opero(ship, { retries: 2 }), { retries: 3 }),
  };
  for (const [name, wrap] of Object.entries(wraps)) {
    assertEquals(await warningsOf(() => wrap(createOpero())), [shown], name);
  }
});

Deno.test("opero() warns of a wrapped function in other guises, too", async () => {
  const shown = (name: string) => multiplied("the retries of the two multiply", name);
  const guises: [string, (instance: ReturnType<typeof createOpero>) => unknown][] = [
    ["ship", ({ opero }) => opero(opero(ship).with({ timeout: "1m" }))],
    ["bound ship", ({ opero }) => opero(opero(ship).bind(undefined))],
    ["ship", ({ opero }) => opero(ensureAsync(opero(ship)))],
  ];
  for (const [name, wrap] of guises) assertEquals(await warningsOf(() => wrap(createOpero())), [shown(name)]);
});

Deno.test("opero() used twice as a decorator warns", async () => {
  const { opero } = createOpero();
  const lines = await warningsOf(() => {
    class Shop {
      @opero({ retries: 1 })
      @opero({ retries: 1 })
      async price(): Promise<number> {
        return await Promise.resolve(1);
      }
    }
    return Shop;
  });
  assertEquals(lines, [multiplied("a call may run it 4 times (2 attempts of 2)", "price")]);
});

Deno.test("opero() warns of no function that is not wrapped, or that calls one that is", async () => {
  const { opero } = createOpero();
  const lines = await warningsOf(() => {
    opero(ship);
    opero(ship);
    opero(ensureAsync(ship));
    opero(async () => await opero(ship)());
  });
  assertEquals(lines, []);
});
