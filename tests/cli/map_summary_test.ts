import { assertEquals } from "@std/assert";
import { summaryOf } from "../../src/cli/map_summary.ts";

const NONE = { count: 0, isLeast: false, recorded: 0 };

Deno.test("summaryOf() counts all items, and says what became of them", () => {
  const all = { ok: 1_990, failed: 10, skipped: 0 };
  assertEquals(summaryOf(all, 693, NONE), "2000 items: 1990 ok (693 from the journal), 10 failed");
  assertEquals(summaryOf({ ok: 1, failed: 0, skipped: 0 }, 0, NONE), "1 item: 1 ok, 0 failed");
  assertEquals(summaryOf({ ok: 1, failed: 0, skipped: 0 }, 1, NONE), "1 item: 1 ok (1 from the journal), 0 failed");
  const some = { ok: 3, failed: 1, skipped: 2 };
  assertEquals(summaryOf(some, 0, { ...NONE, count: 4 }), "10 items: 3 ok, 1 failed, 2 skipped, 4 not done");
  assertEquals(
    summaryOf(some, 0, { ...NONE, count: 5, isLeast: true }),
    "10 items: 3 ok, 1 failed, 2 skipped, 4 not done, the rest not read",
  );
  assertEquals(
    summaryOf(some, 0, { ...NONE, count: 4, recorded: 3 }),
    "10 items: 3 ok, 1 failed, 2 skipped, 3 in the journal alone, 1 not done",
  );
  assertEquals(
    summaryOf(some, 0, { ...NONE, count: 4, recorded: 4 }),
    "10 items: 3 ok, 1 failed, 2 skipped, 4 in the journal alone",
  );
});
