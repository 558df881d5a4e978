import { assertEquals } from "@std/assert";
import { findUncloneable } from "../../../src/pool/wire/uncloneable.ts";
import { Uncrossable } from "../../../src/pool/wire/uncrossable.ts";

class Holder {
  readonly run = () => {};
}

const refusal = new DOMException("refused", "DataCloneError");
const kindOf = (...values: unknown[]) => findUncloneable(values, refusal);

/** `value` as it may stand in what is sent. */
const around = (value: unknown) => [
  [value],
  [1, value],
  [{ a: [{ b: 1 }, value] }],
  [new Map([[1, value]])],
  [new Map([[value, 1]])],
  [new Set([[value]])],
];

Deno.test("findUncloneable() names what is to blame, wherever it stands, and not what holds it", () => {
  const culprits: [unknown, string][] = [
    [new Proxy({ secret: 1 }, {}), "a Proxy"],
    [new WeakMap(), "a WeakMap"],
    [new Holder(), "a Holder"],
    [{ secret: () => {} }, "an object that cannot be cloned"],
  ];
  for (const [culprit, kind] of culprits) {
    for (const values of around(culprit)) assertEquals(kindOf(...values), kind);
  }
  assertEquals(kindOf(new WeakMap(), [new Proxy([], {})]), "a Proxy");
});

Deno.test("findUncloneable() asks no more than 256 parts which one is to blame", () => {
  const parts = (count: number) => Array.from({ length: count }, () => ({}));
  assertEquals(kindOf(...parts(255), new WeakMap()), "a WeakMap");
  assertEquals(kindOf(...parts(256), new WeakMap()), "a value that cannot be cloned");
});

Deno.test("findUncloneable() says no more than it knows", () => {
  assertEquals(kindOf({ a: 1 }, new Map([[1, "secret"]])), "a value that cannot be cloned");
  assertEquals(findUncloneable([new WeakMap()], new Uncrossable("a Socket")), "a Socket");
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assertEquals(kindOf([proxy]), "what cannot be read");
});
