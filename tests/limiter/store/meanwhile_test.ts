import { assertEquals } from "@std/assert";
import { meanwhile } from "../../../src/limiter/store/meanwhile.ts";

Deno.test("meanwhile() says what a process does without the store", () => {
  assertEquals(
    [meanwhile("share", 1), meanwhile("share", 4), meanwhile("fail", 4), meanwhile("open", 4)],
    [
      "this process takes all of the rate, as it knows of no other",
      "this process keeps to its share, 1/4 of the rate",
      "attempts that need it fail",
      "attempts start without a limit",
    ],
  );
});
