import { assertEquals } from "@std/assert";
import { percent, stepArea } from "../../src/report/chart.ts";

Deno.test("stepArea() goes up and along the tops, and back along the bottoms", () => {
  assertEquals(stepArea([0.5, 1], [0, 0.25]), "M0 1000V500H1V0H2V750H1V1000H0Z");
});

Deno.test("stepArea() leaves out where there is nothing", () => {
  assertEquals(stepArea([0, 1, 0, 1], [0, 0, 0, 0]), "M1 1000V0H2V1000H1ZM3 1000V0H4V1000H3Z");
  assertEquals(stepArea([0, 0], [0, 0]), "");
});

Deno.test("percent() has two digits at most", () => {
  assertEquals([0, 1 / 3, 1].map(percent), ["0%", "33.33%", "100%"]);
});
