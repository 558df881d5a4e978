import { assertEquals } from "@std/assert";
import { judgeLoss, type Loss } from "../../src/pool/loss_judgement.ts";

const NOTHING: Loss<string> = { running: undefined, isForgottenOne: false, begun: [], waiting: [], hasServed: false };
const NOBODY = {
  culprit: undefined,
  charge: undefined,
  innocent: [],
  suspects: [],
  doubted: undefined,
  missed: [],
  isFruitless: false,
} as const;

Deno.test("judgeLoss() charges whose synchronous part ran, and lets all others run again", () => {
  const loss = { ...NOTHING, running: "r", begun: ["b", "c"], waiting: ["w"] };
  const expected = { ...NOBODY, culprit: "r", charge: "crash" as const, innocent: ["w", "b", "c"] };
  assertEquals(judgeLoss(loss, "gone"), expected);
  assertEquals(judgeLoss({ ...loss, hasServed: true, isForgottenOne: true }, "gone"), expected);
});

Deno.test("judgeLoss() charges the only item of a worker in which no other ever ran", () => {
  const loss = { ...NOTHING, begun: ["b"], waiting: ["w"] };
  assertEquals(judgeLoss(loss, "gone"), { ...NOBODY, culprit: "b", charge: "crash", innocent: ["w"] });
});

Deno.test("judgeLoss() charges nobody where an item before may have left behind what ended the worker", () => {
  const loss = { ...NOTHING, begun: ["b"], waiting: ["w"], hasServed: true };
  assertEquals(judgeLoss(loss, "gone"), { ...NOBODY, doubted: "b", innocent: ["w"] });
});

Deno.test("judgeLoss() suspects all that were under way together", () => {
  const loss = { ...NOTHING, begun: ["b", "c"], waiting: ["w"] };
  const expected = { ...NOBODY, suspects: ["b", "c"], innocent: ["w"] };
  assertEquals(judgeLoss(loss, "gone"), expected);
  assertEquals(judgeLoss({ ...loss, hasServed: true }, "gone"), expected);
});

Deno.test("judgeLoss() charges nobody where an item that nobody waits for was under way, or none", () => {
  const forgotten = { ...NOTHING, isForgottenOne: true, begun: ["b"], waiting: ["w"] };
  assertEquals(judgeLoss(forgotten, "gone"), { ...NOBODY, innocent: ["w", "b"] });
  assertEquals(judgeLoss({ ...NOTHING, waiting: ["w"], hasServed: true }, "gone"), { ...NOBODY, innocent: ["w"] });
  assertEquals(judgeLoss(NOTHING, "gone"), { ...NOBODY, isFruitless: true });
});

Deno.test("judgeLoss() charges who took too long with that, and who ended the worker otherwise with a crash", () => {
  const loss = { ...NOTHING, running: "r" };
  const charges = (["overrun", "silent", "exit", "memory", "uncaught", "gone", "boot"] as const).map((reason) =>
    judgeLoss(loss, reason).charge
  );
  assertEquals(charges, ["timeout", "timeout", "crash", "crash", "crash", "crash", "crash"]);
  assertEquals(judgeLoss(NOTHING, "overrun").charge, undefined);
});

Deno.test("judgeLoss() counts for those that waited only a worker that said nothing", () => {
  const loss = { ...NOTHING, begun: ["b"], waiting: ["v", "w"] };
  assertEquals([judgeLoss(loss, "silent").missed, judgeLoss(loss, "gone").missed], [["v", "w"], []]);
});

Deno.test("judgeLoss() takes a worker for fruitless that ended by itself before an item ended in it", () => {
  const isFruitless = (loss: Partial<Loss<string>>) => judgeLoss({ ...NOTHING, ...loss }, "gone").isFruitless;
  assertEquals([isFruitless({}), isFruitless({ waiting: ["w"] })], [true, true]);
  const others = [{ hasServed: true }, { running: "r" }, { begun: ["b"] }, { begun: ["b", "c"] }];
  assertEquals(others.map(isFruitless), [false, false, false, false]);
  const forgotten = [{ isForgottenOne: true }, { isForgottenOne: true, begun: ["b"], waiting: ["w"] }];
  assertEquals(forgotten.map(isFruitless), [false, false]);
});
