import { assertEquals } from "@std/assert";
import { judgeLoss, type Loss } from "../../src/pool/loss_judgement.ts";

const NOTHING: Loss<string> = { running: undefined, isForgottenOne: false, begun: [], waiting: [], hasServed: false };
const NOBODY = { culprit: undefined, innocent: [], suspects: [], doubted: undefined };

Deno.test("judgeLoss() charges whose synchronous part ran, and lets all others run again", () => {
  const loss = { ...NOTHING, running: "r", begun: ["b", "c"], waiting: ["w"] };
  const expected = { ...NOBODY, culprit: "r", innocent: ["w", "b", "c"] };
  assertEquals(judgeLoss(loss), expected);
  assertEquals(judgeLoss({ ...loss, hasServed: true, isForgottenOne: true }), expected);
});

Deno.test("judgeLoss() charges the only item of a worker in which no other ever ran", () => {
  const loss = { ...NOTHING, begun: ["b"], waiting: ["w"] };
  assertEquals(judgeLoss(loss), { ...NOBODY, culprit: "b", innocent: ["w"] });
});

Deno.test("judgeLoss() charges nobody where an item before may have left behind what ended the worker", () => {
  const loss = { ...NOTHING, begun: ["b"], waiting: ["w"], hasServed: true };
  assertEquals(judgeLoss(loss), { ...NOBODY, doubted: "b", innocent: ["w"] });
});

Deno.test("judgeLoss() suspects all that were under way together", () => {
  const loss = { ...NOTHING, begun: ["b", "c"], waiting: ["w"] };
  const expected = { ...NOBODY, suspects: ["b", "c"], innocent: ["w"] };
  assertEquals(judgeLoss(loss), expected);
  assertEquals(judgeLoss({ ...loss, hasServed: true }), expected);
});

Deno.test("judgeLoss() charges nobody where an item that nobody waits for was under way, or none", () => {
  const forgotten = { ...NOTHING, isForgottenOne: true, begun: ["b"], waiting: ["w"] };
  assertEquals(judgeLoss(forgotten), { ...NOBODY, innocent: ["w", "b"] });
  assertEquals(judgeLoss({ ...NOTHING, waiting: ["w"], hasServed: true }), { ...NOBODY, innocent: ["w"] });
  assertEquals(judgeLoss(NOTHING), NOBODY);
});
