import { expect } from "../conformance/check.ts";
import {
  type CheckedEngine,
  type EngineCheck,
  eventually,
  expectNone,
  frameOf,
  pullAll,
  pullOne,
  textOf,
  wait,
} from "./engine_check.ts";

/** How frames go and results come back. */
export const DELIVERY_CHECKS: readonly EngineCheck[] = [
  { name: "brings a frame to one worker, and its results to its caller alone", run: checkRoundTrip },
  { name: "takes the same id twice as one frame", run: checkSameId },
  { name: "hands out at most as many as were asked for, each to one worker", run: checkCount },
  { name: "carries any bytes, up to the largest frame", run: checkBytes },
  { name: "hands out again what was not settled within its lease, and counts", run: checkLease },
  { name: "leaves a frame with the worker that keeps it", run: checkKeep },
  { name: "has nothing of a frame that was settled", run: checkSettled },
  { name: "stores what both replace() and settle() are given", run: checkMixed },
  { name: "drops results that no caller waits for", run: checkUnknownRun },
];

async function checkRoundTrip(checked: CheckedEngine): Promise<void> {
  const [one, other] = [await checked.caller("one"), await checked.caller("other")];
  const workers = [await checked.worker(), await checked.worker()];
  await one.line.send("a", frameOf("question"));
  const pulled = await Promise.all(workers.map((worker) => worker.pull("open", 5)));
  const deliveries = pulled.flat();
  const delivery = deliveries[0] ?? await pullOne(workers[0]!);
  expect(deliveries.length <= 1, "one worker alone must get the frame");
  expect(textOf(delivery.frame) === "question" && delivery.deliveries === 1, "the frame must be as it was sent");
  await delivery.settle(one.run, "r", frameOf("answer"));
  await eventually(() => one.results.join(), "answer", "what came back");
  expect(other.results.length === 0, "the other caller must get nothing");
}

async function checkSameId(checked: CheckedEngine): Promise<void> {
  const { line } = await checked.caller("run");
  const worker = await checked.worker();
  await line.send("a", frameOf("first"));
  await line.send("a", frameOf("first"));
  await line.send("b", frameOf("second"));
  const texts = (await pullAll(worker, "open", 2)).map(({ frame }) => textOf(frame)).sort();
  expect(texts.join() === "first,second", "each id must come once");
  await expectNone(worker, "open", "the same id twice is one frame");
}

async function checkCount(checked: CheckedEngine): Promise<void> {
  const { line } = await checked.caller("run");
  for (let number = 0; number < 6; number++) await line.send(`id-${number}`, frameOf(String(number)));
  const workers = [await checked.worker(), await checked.worker()];
  const first = await workers[0]!.pull("open", 2);
  expect(first.length <= 2, "there must be no more than 2");
  const others = await pullAll(workers[1]!, "open", 6 - first.length);
  const texts = [...first, ...others].map(({ frame }) => textOf(frame)).sort();
  expect(texts.join() === "0,1,2,3,4,5", `each must be handed out once: ${texts.join()}`);
}

async function checkBytes(checked: CheckedEngine): Promise<void> {
  const { maxFrameBytes } = await checked.open();
  const { line, run, results } = await checked.caller("run");
  const worker = await checked.worker();
  const size = Math.min(maxFrameBytes, 1_048_576);
  const frame = Uint8Array.from({ length: size }, (_, place) => place % 251);
  await line.send("a", frame);
  const delivery = await pullOne(worker);
  const isSame = delivery.frame.length === size && delivery.frame.every((byte, place) => byte === place % 251);
  expect(isSame, "the bytes must be as they were sent");
  await delivery.settle(run, "r", new Uint8Array(size).fill(120));
  await eventually(() => results[0]?.length, size, "the characters that came back");
}

async function checkLease(checked: CheckedEngine): Promise<void> {
  const { line, run } = await checked.caller("run");
  const [lost, heir] = [await checked.worker(), await checked.worker()];
  await line.send("a", frameOf("item"));
  const first = await pullOne(lost);
  await expectNone(heir, "open", "a leased frame must not be handed out");
  const second = await pullOne(heir);
  expect(first.deliveries === 1 && second.deliveries === 2, `the deliveries must be counted: ${second.deliveries}`);
  expect(textOf(second.frame) === "item", "the frame must be as it was sent");
  await second.settle(run, "r", frameOf("done"));
  await eventually(() => line.waiting(), 0, "the frames that wait");
}

async function checkKeep(checked: CheckedEngine): Promise<void> {
  const { line, run } = await checked.caller("run");
  const [worker, other] = [await checked.worker(), await checked.worker()];
  await line.send("a", frameOf("item"));
  const delivery = await pullOne(worker);
  for (let beat = 0; beat < 9; beat++) {
    await wait(checked.leaseMs / 3);
    delivery.keep();
  }
  await expectNone(other, "open", "a frame that is kept must not be handed out");
  await delivery.settle(run, "r", frameOf("done"));
}

async function checkSettled(checked: CheckedEngine): Promise<void> {
  const { line, run, results } = await checked.caller("run");
  const worker = await checked.worker();
  await line.send("a", frameOf("item"));
  expect(await line.waiting() === 1, "a frame that was sent must wait");
  const delivery = await pullOne(worker);
  expect(await line.waiting() === 1, "a frame that is leased must count as waiting");
  await delivery.settle(run, "r", frameOf("done"));
  await eventually(() => line.waiting(), 0, "the frames that wait");
  await wait(2 * checked.leaseMs);
  await expectNone(worker, "open", "a settled frame must not come again");
  expect(results.join() === "done", "the results must come once");
}

async function checkMixed(checked: CheckedEngine): Promise<void> {
  const { line, run, results } = await checked.caller("run");
  const worker = await checked.worker();
  await line.send("a", frameOf("both"));
  const delivery = await pullOne(worker);
  await delivery.replace([{ id: "b", frame: frameOf("rest"), lane: "open" }]);
  await delivery.settle(run, "r1", frameOf("one"));
  await delivery.settle(run, "r2", frameOf("two"));
  await eventually(() => results.toSorted().join(), "one,two", "what came back");
  const rest = await pullOne(worker);
  expect(textOf(rest.frame) === "rest" && rest.deliveries === 1, "what takes its place must be counted anew");
  await rest.settle(run, "r3", frameOf("three"));
  await eventually(() => line.waiting(), 0, "the frames that wait");
}

async function checkUnknownRun(checked: CheckedEngine): Promise<void> {
  const { line, results } = await checked.caller("run");
  const worker = await checked.worker();
  await line.send("a", frameOf("item"));
  const delivery = await pullOne(worker);
  await delivery.settle("run-unknown", "r", frameOf("lost"));
  await eventually(() => line.waiting(), 0, "the frames that wait");
  expect(results.length === 0, "results of another run must not come");
}
