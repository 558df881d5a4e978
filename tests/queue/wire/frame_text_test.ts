import { assertEquals } from "@std/assert";
import { readFrame, writeFrame } from "../../../src/queue/wire/frame_text.ts";
import { cancelOf, writeCancel } from "../../../src/queue/wire/cancel_frame.ts";
import { itemsOf, writeItems } from "../../../src/queue/wire/items_frame.ts";
import { resultsOf, writeResults } from "../../../src/queue/wire/results_frame.ts";

const item = {
  ref: 1,
  index: 2,
  attempt: 3,
  retry: 2,
  fallbackIndex: null,
  correlationId: "c",
  limitMs: 50,
  key: "k",
  line: 'j["ä\u2028"]',
};
const frames = {
  items: writeItems({ run: "r", losses: 1, maxCrashes: 2, items: [item] }),
  results: writeResults({
    run: "r",
    itemMs: 1.5,
    by: "box:7",
    results: [{ ref: 1, status: "ok", correlationId: null, line: "j[1]" }],
  }),
  cancel: writeCancel({ run: "r", below: 5, refs: [7, 8] }),
};

Deno.test("readFrame() reads each kind of frame, and each kind is read as itself alone", () => {
  const [items, results, cancel] = Object.values(frames).map(readFrame);
  assertEquals(itemsOf(items), { run: "r", losses: 1, maxCrashes: 2, items: [item] });
  assertEquals(resultsOf(results), {
    run: "r",
    itemMs: 1.5,
    by: "box:7",
    results: [{ ref: 1, status: "ok", correlationId: null, line: "j[1]" }],
  });
  assertEquals(cancelOf(cancel), { run: "r", below: 5, refs: [7, 8] });
  for (const other of [results, cancel, undefined]) assertEquals(itemsOf(other), undefined);
  for (const other of [items, cancel, undefined]) assertEquals(resultsOf(other), undefined);
  for (const other of [items, results, undefined]) assertEquals(cancelOf(other), undefined);
});

Deno.test("readFrame() answers with nothing for what is damaged, foreign, or of another version", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  for (
    const text of [
      "",
      "{",
      "null",
      "[]",
      '{"opero":2,"kind":"items","run":"r","items":[]}',
      '{"opero":1,"kind":"items"}',
    ]
  ) {
    assertEquals(readFrame(bytes(text)), undefined, text);
  }
  assertEquals(readFrame(new Uint8Array([255, 0, 1])), undefined);
});

Deno.test("resultsOf() takes a worker without a name, or with a long one", () => {
  const byOf = (by: unknown) => {
    const text = new TextDecoder().decode(frames.results).replace('"box:7"', JSON.stringify(by));
    return resultsOf(readFrame(new TextEncoder().encode(text)))?.by;
  };
  assertEquals([byOf(7), byOf(null), byOf("x".repeat(1_000))], [undefined, undefined, "x".repeat(80)]);
});

Deno.test("itemsOf() and resultsOf() refuse a frame that lacks lines, or has other fields", () => {
  const torn = (frame: Uint8Array) => readFrame(frame.slice(0, new TextDecoder().decode(frame).indexOf("\n")));
  assertEquals([itemsOf(torn(frames.items)), resultsOf(torn(frames.results))], [undefined, undefined]);
  assertEquals(itemsOf(readFrame(writeFrame({ kind: "items", run: "r" }))), undefined);
  const odd = { kind: "items" as const, run: "r", items: [5] };
  assertEquals(itemsOf(readFrame(writeFrame(odd, ["j[]"]))), undefined);
});
