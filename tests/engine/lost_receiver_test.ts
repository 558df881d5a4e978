import { assertEquals } from "@std/assert";
import { createOpero } from "@opero/core";
import { warningsOf } from "../support/warnings_of.ts";

/** An instance of a class whose methods work without `this`, too; the types of decorators hide their handles. */
// deno-lint-ignore no-explicit-any -- as above
function makeShop(): any {
  const { opero, opmap } = createOpero();
  class Shop {
    factor = 2;

    @opero
    async price(n: number): Promise<number> {
      return await Promise.resolve(n * (this?.factor ?? 1));
    }

    @opero
    async tax(n: number): Promise<number> {
      return await Promise.resolve(n);
    }

    @opmap
    // deno-lint-ignore no-explicit-any -- a decorator may not change the type of a method
    prices(n: any): any {
      return n * (this?.factor ?? 1);
    }

    arrow = opero(async (n: number) => await Promise.resolve(n * this.factor));
  }
  return new Shop();
}

const valueOf = ({ value }: { readonly value: unknown }) => value;

const LOST:
  readonly (readonly [method: string, usage: string, call: (shop: ReturnType<typeof makeShop>) => unknown])[] = [
    ["price", "with(options).call(instance, ...args)", (shop) => shop.price.with({ retries: 0 })(5)],
    ["price", "withMeta.call(instance, ...args)", (shop) => shop.price.withMeta(5)],
    ["prices", "stream.call(instance, items)", (shop) => Array.fromAsync(shop.prices.stream([5]))],
    ["prices", "run.call(instance, items)", (shop) => shop.prices.run([5])],
    ["prices", "withMeta.call(instance, ...args)", (shop) => shop.prices.withMeta([5])],
  ];

for (const [method, usage, call] of LOST) {
  const handle = usage.slice(0, usage.search(/[.(]/));
  Deno.test(`${handle}() of ${method}() says how it is called on the instance, once`, async () => {
    const shop = makeShop();
    const lines = await warningsOf(async () => {
      await call(shop);
      await call(shop);
    });
    const advice = `name the instance, as in instance.${method}.${usage}`;
    assertEquals(lines, [`opero: "${method}" uses 'this', which '${handle}' does not know: ${advice}`]);
  });
}

Deno.test("handles warn of nothing where the instance is named, or 'this' is not used", async () => {
  const shop = makeShop();
  const lines = await warningsOf(async () => {
    assertEquals(await shop.price.with({ retries: 0 }).call(shop, 5), 10);
    assertEquals(await shop.price.withMeta.call(shop, 5).then(valueOf), 10);
    assertEquals(await Array.fromAsync(shop.prices.stream.call(shop, [5])), [10]);
    assertEquals(await shop.prices.run.call(shop, [5]), [10]);
    assertEquals(await shop.tax.with({ retries: 0 })(5), 5);
    assertEquals(await shop.tax.withMeta(5).then(valueOf), 5);
    assertEquals(await shop.arrow.withMeta(5).then(valueOf), 10);
    assertEquals(await shop.price(5), 10);
    assertEquals(await shop.prices([5]), [10]);
  });
  assertEquals(lines, []);
});

Deno.test("handles warn of nothing where the word 'this' stands in a text or a comment", async () => {
  const { opero } = createOpero();
  const wrapped = [
    opero({ retries: 0 })(async function expired(key: string) {
      // It fails for this.
      if (key === "old") throw new Error("401: this, key has expired");
      return await Promise.resolve(`in this order: ${key}`);
    }),
    opero({ retries: 0 })(async function ofAnother(key: string) {
      class Holder {
        key = key;
        read() {
          return this.key;
        }
      }
      return await Promise.resolve(new Holder().read());
    }),
  ];
  assertEquals(await warningsOf(async () => void await Promise.all(wrapped.map((each) => each.withMeta("a")))), []);
});
