import { assertEquals } from "@std/assert";
import { rate } from "../../src/cli/rate_flag.ts";

Deno.test("rate reads a number, its time, and its cost", () => {
  const cases = [
    ["10", undefined, 10, "1s"],
    ["0.5", undefined, 0.5, "1s"],
    ["500/1m", undefined, 500, "1m"],
    ["500/m", undefined, 500, "1m"],
    ["7/250ms", undefined, 7, "250ms"],
    ["tokens=90000/1.5h", "tokens", 90_000, "1.5h"],
  ] as const;
  for (const [given, cost, limit, per] of cases) assertEquals(rate.read(given, "--rate"), { cost, limit, per });
});
