import { isOperoError } from "../../errors/opero_error.ts";
import { monotonicNow } from "../../time/read_time.ts";
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
} from "./engine_check.ts";

/** What lines do beside carrying frames. */
export const LINE_CHECKS: readonly EngineCheck[] = [
  { name: "answers a pull at once, or after about a second, where there is nothing", run: checkEmptyPull },
  { name: "hands a frame on as soon as it comes", run: checkPrompt },
  { name: "keeps the lanes apart, and has news of the lane alone", run: checkLanes },
  { name: "brings what is cancelled to all workers", run: checkCancel },
  { name: "adds up the slots of the workers that are there", run: checkSlots },
  { name: "keeps versions of a task apart", run: checkVersions },
  { name: "has nothing of a run whose caller is gone", run: checkDisposedCaller },
  { name: "hands out again what a worker left behind", run: checkDisposedWorker },
  { name: "tells a caller that still waits that it is closed", run: checkClosed },
  { name: "has all that it needs after reopen(), also where nothing was lost", run: checkReopen },
];

/** What an engine does that has lost all frames. */
export const FORGETTING_CHECKS: readonly EngineCheck[] = [
  { name: "says that it has forgotten, and takes new frames after reopen()", run: checkForgotten },
];

/** A pull that waits may take so long, in milliseconds, on a busy machine. */
const MAX_PULL_MS = 5_000;

async function checkEmptyPull(checked: CheckedEngine): Promise<void> {
  const worker = await checked.worker();
  for (const lane of ["open", "alone"] as const) {
    const startedMs = monotonicNow();
    await expectNone(worker, lane, "an empty lane");
    expect(monotonicNow() - startedMs < MAX_PULL_MS, "a pull of nothing must not hang");
  }
}

async function checkPrompt(checked: CheckedEngine): Promise<void> {
  const { line, run } = await checked.caller("run");
  const worker = await checked.worker();
  for (let round = 0; round < 3; round++) {
    const pulled = worker.pull("open", 5);
    await line.send(`id-${round}`, frameOf("item"));
    const [delivery = await pullOne(worker)] = await pulled;
    await delivery.settle(run, `r-${round}`, frameOf("done"));
  }
}

async function checkLanes(checked: CheckedEngine): Promise<void> {
  const { line, run, results } = await checked.caller("run");
  const [one, other] = [await checked.worker(), await checked.worker()];
  let news = 0;
  other.onAlone(() => news++);
  await line.send("a", frameOf("suspects"));
  const suspects = await pullOne(one);
  await suspects.replace([
    { id: "b", frame: frameOf("first"), lane: "alone" },
    { id: "c", frame: frameOf("second"), lane: "alone" },
    { id: "d", frame: frameOf("innocent"), lane: "open" },
  ]);
  await eventually(() => news > 0, true, "whether the other worker has news");
  expect(await line.waiting() === 3, "all that took its place must wait");
  const open = await pullOne(other);
  expect(textOf(open.frame) === "innocent", "a lane must hand out its own frames alone");
  const alone = await pullAll(other, "alone", 2);
  const texts = alone.map(({ frame }) => textOf(frame)).sort();
  expect(texts.join() === "first,second", "the lane alone must hand out its frames");
  expect(alone.every(({ deliveries }) => deliveries === 1), "what takes the place of a frame must be counted anew");
  for (const [place, delivery] of [open, ...alone].entries()) {
    await delivery.settle(run, `r-${place}`, frameOf("done"));
  }
  await eventually(() => results.length, 3, "the results");
  await eventually(() => line.waiting(), 0, "the frames that wait");
}

async function checkCancel(checked: CheckedEngine): Promise<void> {
  const { line } = await checked.caller("run");
  const heard: string[] = [];
  for (const name of ["one", "other"]) {
    const worker = await checked.worker();
    worker.onCancel((frame) => heard.push(`${name} ${textOf(frame)}`));
  }
  line.cancel(frameOf("stop"));
  await eventually(() => heard.toSorted().join(), "one stop,other stop", "what was heard");
}

async function checkSlots(checked: CheckedEngine): Promise<void> {
  const { line } = await checked.caller("run");
  expect(line.slots === 0, "without a worker there must be no slots");
  const worker = await checked.worker(3);
  await checked.worker(4);
  await eventually(() => line.slots, 7, "the slots");
  await worker[Symbol.asyncDispose]();
  await eventually(() => line.slots, 4, "the slots that are left");
}

async function checkVersions(checked: CheckedEngine): Promise<void> {
  const next = { ...checked.address, version: "next" };
  const { line, run } = await checked.caller("run");
  const [worker, nextWorker] = [await checked.worker(), await checked.worker(1, next)];
  await line.send("a", frameOf("item"));
  await expectNone(nextWorker, "open", "another version");
  await (await pullOne(worker)).settle(run, "r", frameOf("done"));
}

async function checkDisposedCaller(checked: CheckedEngine): Promise<void> {
  const [gone, other] = [await checked.caller("gone"), await checked.caller("other")];
  const worker = await checked.worker();
  await gone.line.send("a", frameOf("gone"));
  await gone.line.send("b", frameOf("gone"));
  await other.line.send("c", frameOf("there"));
  await gone.line[Symbol.asyncDispose]();
  const delivery = await pullOne(worker);
  expect(textOf(delivery.frame) === "there", "frames of a caller that is gone must not be handed out");
  await expectNone(worker, "open", "frames of a caller that is gone");
  await delivery.settle(other.run, "r", frameOf("done"));
  await eventually(() => other.results.length, 1, "the results of the other caller");
}

async function checkDisposedWorker(checked: CheckedEngine): Promise<void> {
  const { line, run } = await checked.caller("run");
  const [lost, heir] = [await checked.worker(), await checked.worker()];
  await line.send("a", frameOf("item"));
  await pullOne(lost);
  await lost[Symbol.asyncDispose]();
  const again = await pullOne(heir);
  expect(again.deliveries === 2, "the deliveries must be counted");
  await again.settle(run, "r", frameOf("done"));
}

async function checkReopen(checked: CheckedEngine): Promise<void> {
  const { line, run, results } = await checked.caller("run");
  const worker = await checked.worker();
  await line.send("a", frameOf("item"));
  await line.reopen();
  expect(await line.waiting() === 1, "what was there must still be there");
  await (await pullOne(worker)).settle(run, "r", frameOf("done"));
  await eventually(() => results.join(), "done", "what came back");
}

async function checkClosed(checked: CheckedEngine): Promise<void> {
  const engine = await checked.open();
  const line = await engine.openCaller(checked.address, "closed", () => {});
  await line.send("a", frameOf("item"));
  await engine.close();
  for (const ask of [() => line.waiting(), () => line.send("b", frameOf("item"))]) {
    const error = await ask().then(() => undefined, (error) => error);
    expect(isOperoError(error), "a line of a closed engine must reject with an EngineError");
  }
}

async function checkForgotten(checked: CheckedEngine): Promise<void> {
  const { line, run, results } = await checked.caller("run");
  const worker = await checked.worker();
  await line.send("a", frameOf("item"));
  await checked.forget!();
  await eventually(() => line.waiting(), 0, "the frames that wait");
  await line.reopen();
  await line.send("b", frameOf("again"));
  const delivery = await pullOne(worker);
  expect(textOf(delivery.frame) === "again", "the new frame must come");
  await delivery.settle(run, "r", frameOf("done"));
  await eventually(() => results.join(), "done", "what came back");
}
