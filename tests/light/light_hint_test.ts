import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ConfigurationError } from "@opero/core";
import { createOpero, opero, opmap } from "@opero/core/light";
import { OPERO_TABLE } from "../../src/engine/opero_table.ts";
import { LIGHT_ENGINE } from "../../src/light/light_engine.ts";
import { lightMap } from "../../src/light/light_map.ts";
import { OPMAP_TABLE } from "../../src/map/opmap_table.ts";

const load = (id: string) => id;

/** What a mistake in options is said to be, of which the types let none through. */
function refusal(wrap: (options: never) => unknown, options: object): string {
  return assertThrows(() => wrap(options as never), ConfigurationError).message;
}

Deno.test("opero() of the light door refuses each option that it does not have, and says where it is", () => {
  const missing = Object.keys(OPERO_TABLE.rules).filter((name) => !(name in LIGHT_ENGINE.table.rules));
  assert(missing.length > 30);
  for (const name of missing) {
    assertEquals(
      refusal((options) => opero(load, options), { [name]: true }),
      `Cannot wrap "load" as '${name}' must be a known option: received a boolean, which the light door lacks: ` +
        'import from "@opero/core", or pass its policy to createOpero({ policies })',
    );
  }
});

Deno.test("opmap() of the light door refuses each option of pools, and says where it is", () => {
  const { rules } = lightMap(LIGHT_ENGINE).table;
  for (const name of Object.keys(OPMAP_TABLE.rules).filter((each) => !(each in rules))) {
    const message = refusal((options) => opmap(load, options), { [name]: true });
    assert(message.includes('which the light door lacks: import from "@opero/core"'), message);
  }
  assertEquals(
    refusal((options) => opmap(load, options), { mode: "process" }),
    `Cannot wrap "load" as 'mode' must be "thread" or "async" of the light door (import { opmap } from "@opero/core" for ` +
      'workers): received "process"',
  );
  const bar =
    `'progress' must be a function or false in the light door (import { opmap } from "@opero/core" for a bar): ` +
    "received true";
  assertEquals(refusal((options) => opmap(load, options), { progress: true }), `Cannot wrap "load" as ${bar}`);
});

Deno.test("a run of the light door refuses a bar, and calls its progress", async () => {
  const map = opmap(load, { workers: 1 });
  const done: number[] = [];
  await map(["a", "b"], { progress: (state) => void done.push(state.done) });
  assertEquals(done, [1, 2]);
  const error = await assertRejects(() => map(["a"], { progress: true }), ConfigurationError);
  assertEquals(
    error.message.split(" (")[0],
    `Cannot map "load" as 'progress' must be a function or false in the light door`,
  );
});

Deno.test("the light door names the option that a misspelt one is like, and what is within an option", () => {
  assertEquals(
    refusal((options) => opero(load, options), { retires: 1 }),
    `Cannot wrap "load" as 'retires' must be a known option: received a number, did you mean 'retries'?`,
  );
  assertEquals(
    refusal((options) => createOpero(options), { deadlin: 1 }),
    `Cannot create an instance as 'deadlin' must be a known option: received a number, did you mean 'deadline'?`,
  );
  assertEquals(
    refusal((options) => opero(load).with(options), { cache: "bypass" }),
    `Cannot call "load" as 'cache' must be a known option: received a string, which the light door lacks: ` +
      'import from "@opero/core", or pass its policy to createOpero({ policies })',
  );
});
