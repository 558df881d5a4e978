import { byValueAlone, serializeArguments } from "../../../src/cache/key/cache_key.ts";
import { graphText } from "../../../src/cache/key/graph_text.ts";
import { treeText } from "../../../src/cache/key/tree_text.ts";
import { arbitraryValue } from "../../support/arbitrary_value.ts";
import { DEEP_SHAPES } from "../../support/deep_shapes.ts";
import { processorMs } from "../../support/processor_time.ts";
import { runs } from "../../support/runs.ts";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";

const textOf = (value: unknown) => graphText(value, byValueAlone);

interface Link {
  value: number;
  a: Link | null;
  b: Link | null;
  set?: Set<Link>;
}
/** For each object a value, and what its two fields lead to: the place of an object, or beyond the last for nothing. */
type Plan = readonly (readonly [value: number, a: number, b: number])[];

const plan: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 5 }).chain((size) =>
  fc.array(fc.tuple(fc.nat(1), fc.nat(size), fc.nat(size)), { minLength: size, maxLength: size })
);

function build(plan: Plan): Link {
  const links: Link[] = plan.map(([value]) => ({ value, a: null, b: null }));
  plan.forEach(([, a, b], i) => Object.assign(links[i]!, { a: links[a] ?? null, b: links[b] ?? null }));
  return links[0]!;
}

/** Whether no way through the fields of one ever tells it from the other: a slow and obvious comparison. */
function areAlike(one: Link | null, other: Link | null, seen = new Map<Link, Set<Link>>()): boolean {
  if (one === null || other === null) return one === other;
  const partners = seen.get(one) ?? new Set();
  if (partners.has(other)) return true;
  seen.set(one, partners.add(other));
  return one.value === other.value && areAlike(one.a, other.a, seen) && areAlike(one.b, other.b, seen);
}

Deno.test("graphText() gives one text to no two graphs that any way through them tells apart", () => {
  const seen = new Map<string, Link>();
  fc.assert(
    fc.property(plan, (plan) => {
      const graph = build(plan);
      const text = textOf(graph);
      const known = seen.get(text);
      assert(known === undefined || areAlike(graph, known));
      seen.set(text, graph);
    }),
    { numRuns: runs(5_000, 80) },
  );
});

Deno.test("graphText() gives a graph and its copy one text, however its objects were made", () => {
  fc.assert(
    fc.property(plan, (plan) => {
      assertEquals(textOf(build(plan)), textOf(structuredClone(build(plan))));
    }),
    { numRuns: runs(2_000, 50) },
  );
});

/** The same with nothing shared, as a tree; a plan that leads forward only has an end. */
function unfold(plan: Plan, at = 0): Link | null {
  if (at >= plan.length) return null;
  const [value, a, b] = plan[at]!;
  return { value, a: unfold(plan, Math.max(a, at + 1)), b: unfold(plan, Math.max(b, at + 1)) };
}

Deno.test("graphText() takes one object in many places for as many equal ones", () => {
  fc.assert(
    fc.property(plan, (plan) => {
      const forward = plan.map(([value, a, b], i) => [value, Math.max(a, i + 1), Math.max(b, i + 1)] as const);
      assertEquals(textOf(build(forward)), textOf(unfold(forward)));
    }),
    { numRuns: runs(2_000, 50) },
  );
});

Deno.test("graphText() tells apart exactly what treeText() tells apart", () => {
  const graphs = new Map<string, string>();
  const trees = new Map<string, string>();
  fc.assert(
    fc.property(fc.array(arbitraryValue, { maxLength: 2 }), (value) => {
      const tree = treeText(value, byValueAlone);
      if (tree === undefined) return;
      const graph = textOf(value);
      assertEquals([trees.get(graph) ?? tree, graphs.get(tree) ?? graph], [tree, graph]);
      trees.set(graph, tree);
      graphs.set(tree, graph);
    }),
    { numRuns: runs(2_000, 50) },
  );
});

Deno.test("graphText() does not see in which order sets and maps were filled, deep ones too", () => {
  const parts = (turn: boolean): unknown[] => {
    const inner = [new Set([{ a: 1 }, { b: 2 }]), new Set([{ b: 2 }, { a: 1 }])][turn ? 1 : 0];
    const list = [{ x: inner }, { y: [inner] }, "text", 1, new Map([[inner, { z: 1 }]])];
    return turn ? list.toReversed() : list;
  };
  const set = (turn: boolean) => new Set([new Set(parts(turn)), ...parts(turn)]);
  const map = (turn: boolean) => new Map(parts(turn).map((part) => [part, [part]]));
  assertEquals(textOf(set(true)), textOf(set(false)));
  assertEquals(textOf(map(true)), textOf(map(false)));
  assertNotEquals(textOf(new Set([1, 2])), textOf(new Set([1, 3])));
  assertNotEquals(textOf(new Map([[{ a: 1 }, 1], [{ b: 1 }, 2]])), textOf(new Map([[{ a: 1 }, 2], [{ b: 1 }, 1]])));
});

Deno.test("graphText() tells where in a circle it is entered, and where a second reference leads", () => {
  const circle = () => {
    const [one, two, three] = [{ n: 1 }, { n: 2 }, { n: 1 }] as Record<string, unknown>[];
    Object.assign(one!, { next: two });
    Object.assign(two!, { next: three });
    Object.assign(three!, { next: one });
    return [one, two, three];
  };
  const entries = circle();
  assertEquals(new Set(entries.map(textOf)).size, 3);
  assertEquals(textOf(entries), textOf(circle()));
  assertNotEquals(textOf([entries[0], entries[1]]), textOf([entries[0], entries[2]]));
  const sets = (first: boolean) => {
    const [one, two] = [{ n: 1, peers: new Set() }, { n: 2, peers: new Set() }];
    one.peers.add(two);
    (first ? one : two).peers.add(one);
    return one;
  };
  assertNotEquals(textOf(sets(true)), textOf(sets(false)));
});

/** A first and a second owner of the same parts, and a part that leads back: to the first owner, or each to its own. */
function owners(between: number, isShared: boolean): unknown {
  const partOf = (owner: object): object => {
    let part: object = { owner };
    for (let n = 0; n < between; n++) part = { part };
    return part;
  };
  const [first, second] = [{ n: 1 }, { n: 2 }] as Record<string, unknown>[];
  first!.part = partOf(first!);
  second!.part = isShared ? first!.part : partOf(second!);
  return [first, second];
}

for (const between of [0, 1, 2, 5]) {
  Deno.test(`graphText() tells whose a part is that leads back over ${between} others, where two have it`, () => {
    assertNotEquals(textOf(owners(between, true)), textOf(owners(between, false)));
    assertEquals(textOf(owners(between, true)), textOf(structuredClone(owners(between, true))));
  });
}

/** How much longer `make(10 n)` takes than `make(n)`. */
function growth(make: (size: number) => unknown, size: number): number {
  const [small, large] = [make(size), make(10 * size)];
  const timeOf = (value: unknown) => processorMs(() => serializeArguments([value]));
  timeOf(small);
  const best = (value: unknown) => Math.min(...[1, 2, 3].map(() => timeOf(value)));
  return best(large) / best(small);
}

for (const make of DEEP_SHAPES) {
  Deno.test(`serializeArguments() takes ten times as long, not a hundred, for a ${make.name} ten times as large`, () => {
    // Garbage collection, and tests beside it in the same process, may fall on any one of them.
    assert(Array.from({ length: 10 }).some(() => growth(make, 3_000) < 60));
  });
}

Deno.test("serializeArguments() takes no time for holes, and little for one text in a thousand places", () => {
  const sparse = (at: number) => {
    const array: unknown[] = [];
    array[at] = "far";
    return array;
  };
  const text = "x".repeat(1_000_000);
  const many = (last: string) => Array.from({ length: 1_000 }, (_, n) => ({ text: n === 999 ? last : text }));
  const tookMs = processorMs(() => {
    assertNotEquals(serializeArguments([sparse(4_000_000_000)]), serializeArguments([sparse(4_000_000_001)]));
    assertNotEquals(serializeArguments([many(text)]), serializeArguments([many(`${text}!`)]));
  });
  assert(tookMs < 5_000);
});
