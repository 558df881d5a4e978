import { assertEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { Call } from "../../src/call/call.ts";
import type { LayerHost } from "../../src/attempt/layer_host.ts";
import { layerThrough } from "../../src/policy/layer_call.ts";

Deno.test("layerThrough() dates an attempt that begins later by when its layer began, for the rate limit around it", async () => {
  const clock = new FakeClock();
  await clock.tick("10s");
  const host = { clock, functionName: "load", random: () => 0.5 } as unknown as LayerHost;
  for (const [isInRound, startedMs] of [[true, clock.now()], [false, undefined]] as const) {
    const call = new Call(undefined, []);
    const running = layerThrough(() => Promise.resolve(5), isInRound, host)(() => Promise.resolve(5))(call);
    assertEquals(call.startedMs, startedMs);
    assertEquals(await running, 5);
  }
});
