import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError } from "@opero/core";
import { createOpero } from "@opero/core/light";
import { cache } from "@opero/core/policies";
import { OPERO_TABLE } from "../../src/engine/opero_table.ts";
import { POLICIES } from "../../src/engine/policies.ts";
import { engineWith } from "../../src/light/engine_with.ts";
import { LIGHT_POLICIES } from "../../src/light/light_engine.ts";
import { LAYER_ORDER } from "../../src/policy/layer_order.ts";
import { EXTRAS } from "../support/light_lab.ts";

const namesOf = (policies: readonly { readonly name: string }[]) => policies.map(({ name }) => name);

Deno.test("LAYER_ORDER is the order of the policies, in the light door too", () => {
  assertEquals(LAYER_ORDER, namesOf(POLICIES));
  assertEquals(namesOf(LIGHT_POLICIES), LAYER_ORDER.filter((place) => namesOf(LIGHT_POLICIES).includes(place)));
});

Deno.test("engineWith() puts each policy at its place, whatever the order in which they are passed", () => {
  for (const extras of [EXTRAS, EXTRAS.toReversed()]) {
    const { policies, table } = engineWith("try", extras);
    assertEquals(policies, POLICIES);
    const elsewhere = ["layers", "context", "stats"];
    assertEquals(
      Object.keys(table.rules).sort(),
      Object.keys(OPERO_TABLE.rules).filter((name) => !elsewhere.includes(name)).sort(),
    );
  }
  assertEquals(namesOf(engineWith("try", [cache]).policies), [
    ...["signal", "reraise", "fallback", "cache", "deadline", "retry", "failOn", "timeout", "interrupt"],
  ]);
});

Deno.test("createOpero() of the light door takes policies only", () => {
  for (const policies of [cache, [{}], [undefined], ["cache"], [{ name: "cache", policy: {} }]]) {
    const error = assertThrows(() => createOpero({ policies } as never), ConfigurationError);
    assertEquals(
      error.message.split(": received")[0],
      `Cannot create an instance as 'policies' must be an array of "@opero/core/policies", such as [cache, rateLimit]`,
    );
  }
});
