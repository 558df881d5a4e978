import { assertEquals } from "@std/assert";
import { readFrame } from "../../../src/queue/wire/frame_text.ts";
import { resultsOf } from "../../../src/queue/wire/results_frame.ts";
import { HeldFrame } from "../../../src/queue/worker/held_frame.ts";
import { writeSuccess } from "../../../src/queue/worker/write_outcome.ts";

const MAX_BYTES = 10_000;

function heldFrame(count: number): HeldFrame {
  const unknown = { fallbackIndex: null, correlationId: null, limitMs: null };
  const item = { ...unknown, key: "", index: 0, attempt: 1, retry: 0, line: "[1]" };
  const items = Array.from({ length: count }, (_, ref) => ({ ...item, ref }));
  const delivery = {
    frame: new Uint8Array(),
    deliveries: 1,
    keep: () => {},
    settle: () => Promise.resolve(),
    replace: () => Promise.resolve(),
  };
  return new HeldFrame(delivery, { run: "run-1", losses: 0, maxCrashes: 2, items }, "open");
}

/** What the caller is told of how long an item takes, where those of a frame run from one time until another. */
async function itemMs(...spans: readonly (readonly [number, number] | undefined)[]): Promise<number> {
  const held = heldFrame(spans.length);
  for (const [place, span] of spans.entries()) {
    held.end(held.items[place]!, await writeSuccess(place, 2, MAX_BYTES), ...(span ?? []));
  }
  return resultsOf(readFrame(held.resultFrames(MAX_BYTES, "worker-1")[0]!))!.itemMs;
}

Deno.test("HeldFrame.resultFrames() says how long a frame ran, shared among its items", async () => {
  assertEquals(await itemMs([100, 130]), 30);
  assertEquals(await itemMs([100, 130], [130, 160]), 30);
  assertEquals(await itemMs([100, 130], [100, 125], [101, 130]), 10);
  assertEquals(await itemMs([100, 130], undefined), 15);
  assertEquals(await itemMs(undefined, undefined), 0);
});
