import { assertEquals } from "@std/assert";
import { BRAND } from "../../src/errors/brand.ts";
import { describeError, newBudget } from "../../src/errors/describe_error.ts";

/** An error with `depth` others below it. */
function chained(depth: number): Error {
  return depth === 0 ? new Error("root") : new Error(`level ${depth}`, { cause: chained(depth - 1) });
}

/** What a call throws whose attempt failed with what such a call threw, `depth` of them within one another. */
function givenUp(depth: number, root: unknown): object {
  if (depth === 0) return root as object;
  const cause = givenUp(depth - 1, root);
  return { [BRAND]: true, code: "ALL_FAILED", cause, attempts: [{ number: 1, error: cause }] };
}

type Described = { cause?: Described; attempts?: { error: Described }[] } | undefined;

function depthOf(described: Described): number {
  const below = described?.cause ?? described?.attempts?.[0]?.error;
  return below === undefined ? 0 : 1 + depthOf(below);
}

Deno.test("describeError() goes eight errors deep, by causes as by attempts", () => {
  for (const make of [chained, (depth: number) => givenUp(depth, new Error("root"))]) {
    const depths = [0, 1, 7, 8, 9, 50].map((depth) => depthOf(describeError(make(depth), newBudget()) as Described));
    assertEquals(depths, [0, 1, 7, 8, 8, 8]);
  }
});

Deno.test("describeError() describes 1 000 errors of an answer, and names the others", () => {
  const budget = newBudget();
  const answers = Array.from({ length: 502 }, () => describeError(chained(1), budget));
  const text = (n: number) => answers[n] as { message?: string; cause?: { name: string; message?: string } };
  assertEquals([text(499).message, text(499).cause?.message], ["level 1", "root"]);
  assertEquals([answers[500], budget.left], [{ name: "Error" }, 0]);
});
