import { assert, assertEquals } from "@std/assert";
import { checkLeaks } from "../../bench/support/leak_check.ts";
import { runs } from "../support/runs.ts";

const CALLS = runs(20_000, 50);

Deno.test(`opero() leaves no listener and no timer after ${CALLS} calls with timeout, deadline and signal`, async () => {
  const { listeners, timers, bytes } = await checkLeaks(CALLS, 100);
  assertEquals({ listeners, timers }, { listeners: 0, timers: 0 });
  assert(bytes < 20_000_000, `${bytes} bytes more`);
});
