import { assertEquals } from "@std/assert";
import { halt, isHaltDue } from "../../src/cli/halt_flag.ts";

/** From which state on it is time to end. */
function isDue(text: string, read: number, ok: number, failed: number): boolean {
  return isHaltDue(halt.read(text, "--halt"), { read, ok, failed });
}

Deno.test("isHaltDue() counts what failed, succeeded, or is done", () => {
  assertEquals([isDue("soon,fail=2", 9, 5, 1), isDue("soon,fail=2", 9, 5, 2)], [false, true]);
  assertEquals([isDue("now,success=5", 9, 4, 3), isDue("now,success=5", 9, 5, 0)], [false, true]);
  assertEquals([isDue("soon,done=6", 9, 4, 1), isDue("soon,done=6", 9, 5, 1)], [false, true]);
});

Deno.test("isHaltDue() takes a percentage of what was read, from so many on", () => {
  assertEquals([isDue("soon,fail=5%", 100, 95, 4), isDue("soon,fail=5%", 100, 95, 5)], [false, true]);
  assertEquals([isDue("soon,fail=5%,min=100", 3, 0, 1), isDue("soon,fail=5%,min=100", 100, 0, 5)], [false, true]);
  assertEquals([isDue("soon,fail=5%", 0, 0, 0), isDue("soon,fail=5%", 1, 0, 1)], [false, true]);
});
