import { assert, assertEquals } from "@std/assert";
import { AbortScope } from "../../src/call/abort_scope.ts";
import { CallJob } from "../../src/pool/call_job.ts";
import { ItemRange } from "../../src/pool/item_range.ts";
import type { Job } from "../../src/pool/job.ts";
import { SlotBoard } from "../../src/pool/slot_board.ts";
import { transfer } from "../../src/pool/transfer.ts";
import {
  BOARD_RUNNING,
  BOARD_SLOTS,
  SLOT_BEGUN,
  SLOT_DONE,
  SLOT_REPORTING,
  SLOT_SENT,
  SLOT_TAKEN_BACK,
} from "../../src/pool/wire/worker_protocol.ts";
import { callFor } from "../support/open_pool.ts";

function jobFor(item: unknown): Job {
  const job = new CallJob(callFor(item), { stop: () => {}, onSettled: () => {} });
  job.promise.catch(() => {});
  return job;
}

/** A board with `jobs`, all sent with the message 7, and the memory in which their worker writes. */
function boardWith(jobs: readonly Job[], isShared = true): { board: SlotBoard; memory: Int32Array } {
  const board = new SlotBoard(4, isShared);
  for (const job of jobs) board.occupy(job, 7);
  return { board, memory: new Int32Array(board.memory) };
}

const itemsOf = (jobs: readonly Job[]) => jobs.map(({ call }) => call.args[0]);

Deno.test("SlotBoard gives each job a slot of its own, until it is released", () => {
  const jobs = [1, 2, 3].map(jobFor);
  const { board } = boardWith(jobs);
  assertEquals([jobs.map(({ slot }) => slot), board.jobCount, board.freeCount], [[0, 1, 2], 3, 1]);
  assertEquals([board.release(1), board.has(jobs[1]!), board.has(jobs[0]!)], [jobs[1], false, true]);
  assertEquals([board.jobCount, board.freeCount, jobs[1]!.worker], [2, 2, undefined]);
});

Deno.test("SlotBoard.release() answers no job that nobody waits for", () => {
  const job = jobFor(1);
  const { board } = boardWith([job]);
  job.fail("stopped");
  assertEquals([board.release(0), board.freeCount], [undefined, 4]);
});

Deno.test("SlotBoard.takeBack() takes what has not begun and can be sent again, and no more than asked for", () => {
  const bytes = new Uint8Array(4);
  const jobs = [jobFor(1), jobFor(transfer({ bytes }, [bytes.buffer])), jobFor(3), jobFor(4)];
  const { board, memory } = boardWith(jobs);
  memory[BOARD_SLOTS] = SLOT_BEGUN;
  assertEquals(itemsOf(board.takeBack(1)), [3]);
  assertEquals(itemsOf(board.takeBack(9)), [4]);
  assertEquals([memory[BOARD_SLOTS + 2], board.jobCount], [SLOT_TAKEN_BACK, 2]);
});

Deno.test("SlotBoard.salvage() tells apart what ran, had begun and had not, and leaves out whom nobody waits for", () => {
  const jobs = [1, 2, 3, 4].map(jobFor);
  const { board, memory } = boardWith(jobs);
  memory.set([SLOT_BEGUN, SLOT_BEGUN, SLOT_DONE], BOARD_SLOTS);
  memory[BOARD_RUNNING] = 1;
  const { running, begun, waiting, isForgottenOne } = board.salvage();
  assertEquals([running, itemsOf(begun), itemsOf(waiting), isForgottenOne], [jobs[0], [2], [3, 4], false]);
  assertEquals(board.jobCount, 0);
});

Deno.test("SlotBoard.salvage() knows that an item was under way that nobody waits for", () => {
  for (const isRunning of [true, false]) {
    const jobs = [1, 2, 3].map(jobFor);
    const { board, memory } = boardWith(jobs);
    memory.set([SLOT_BEGUN, SLOT_BEGUN], BOARD_SLOTS);
    memory[BOARD_RUNNING] = isRunning ? 1 : 0;
    jobs[0]!.fail("stopped");
    jobs[2]!.fail("stopped");
    const { running, begun, waiting, isForgottenOne } = board.salvage();
    assertEquals([running, itemsOf(begun), waiting, isForgottenOne], [undefined, [2], [], true]);
  }
});

Deno.test("SlotBoard keeps the board itself where no memory is shared, and takes nothing back", () => {
  const jobs = [1, 2].map(jobFor);
  const { board } = boardWith(jobs, false);
  assertEquals([board.takeBack(9), board.begunCount, board.running], [[], 0, undefined]);
  board.begin(1);
  assertEquals([board.hasBegun(jobs[1]!), board.begunCount, board.running], [true, 1, jobs[1]]);
  board.leave();
  assertEquals([board.hasBegun(jobs[1]!), board.running], [true, undefined]);
  board.withdraw(jobs[0]!);
  assertEquals([board.has(jobs[0]!), board.freeCount], [false, 2]);
});

Deno.test("SlotBoard.releaseSentWith() releases what went with one message, taken back or not", () => {
  const jobs = [1, 2].map(jobFor);
  const { board } = boardWith(jobs);
  const later = jobFor(3);
  board.occupy(later, 8);
  board.takeOneBack(jobs[0]!);
  assertEquals(itemsOf(board.releaseSentWith(7)), [2]);
  assertEquals([board.freeCount, board.has(later)], [3, true]);
  assertEquals(board.releaseSentWith(7), []);
  assertEquals(board.freeCount, 3);
});

Deno.test("SlotBoard.releaseSentWith() releases no slot twice where a message that was not sent had the same number", () => {
  const [unsent, sent] = [jobFor(1), jobFor(2)];
  const { board } = boardWith([unsent]);
  board.release(unsent.slot);
  assertEquals([board.releaseSentWith(7), board.freeCount], [[], 4]);
  board.occupy(sent, 7);
  const [first, second] = [jobFor(3), jobFor(4)];
  for (const job of [first, second]) board.occupy(job, 8);
  assertEquals(new Set([sent, first, second].map(({ slot }) => slot)).size, 3);
});

Deno.test("SlotBoard.isReportedWithOthers() holds only for a job that is told, with another that is", () => {
  const jobs = [1, 2, 3].map(jobFor);
  const { board, memory } = boardWith(jobs);
  const told = () => jobs.map((job) => board.isReportedWithOthers(job));
  memory.set([SLOT_REPORTING, SLOT_BEGUN, SLOT_DONE], BOARD_SLOTS);
  assertEquals([told(), board.begunCount], [[false, false, false], 2]);
  memory.set([SLOT_REPORTING, SLOT_BEGUN, SLOT_REPORTING], BOARD_SLOTS);
  assertEquals([told(), board.begunCount], [[true, false, true], 3]);
  assertEquals(itemsOf(board.salvage().begun), [1, 2, 3]);
});

/** A board for ranges of up to four items, with one of the items from "c" on, and what its client was told. */
function boardWithRange(items: string[], isShared = true) {
  const board = new SlotBoard(16, isShared);
  const told: unknown[] = [];
  const client = {
    scope: new AbortScope(),
    callOf: () => callFor(0),
    onSettled: ({ index, outcome }: { index: number; outcome: unknown }) => told.push([index, outcome]),
    onOwnJob: ({ index }: { index: number }) => told.push(index),
    onValues: (firstIndex: number, values: readonly unknown[]) => told.push([firstIndex, ...values]),
  };
  const settled: number[] = [];
  const owner = { stop: () => {}, onSettled: (count: number) => settled.push(count) };
  const rangeOf = (given: string[]) => new ItemRange({ items: given, firstIndex: 2, startedMs: 0, client, owner });
  const first = board.occupyRange(rangeOf(items), 7);
  return { board, memory: new Int32Array(board.memory), told, settled, first: first!, rangeOf };
}

Deno.test("SlotBoard.succeed() reports the values of a range together, and makes no job", () => {
  const { board, told, settled, first } = boardWithRange(["c", "d", "e"]);
  assertEquals([board.jobCount, board.freeCount], [3, 16]);
  board.succeed(first, ["C", "D"]);
  board.succeed(first + 2, ["E"]);
  assertEquals([told, settled, board.jobCount], [[[2, "C", "D"], [4, "E"]], [2, 1], 0]);
});

Deno.test("SlotBoard gives what is left of a range jobs where one of it fails, or succeeds out of order", () => {
  const { board, told, settled, first } = boardWithRange(["c", "d", "e", "f"]);
  board.succeed(first, ["C"]);
  board.succeed(first + 2, ["E"]);
  board.release(first + 1)?.fail("why");
  board.succeed(first + 3, ["F"]);
  assertEquals(told, [[2, "C"], 3, 4, 5, [4, "E"], [3, "why"], [5, "F"]]);
  assertEquals([settled, board.jobCount], [[1, 1, 1, 1], 0]);
});

Deno.test("SlotBoard.occupyRange() has room for four ranges, for each that is done with another, and not for long ones", () => {
  const { board, memory, first, rangeOf } = boardWithRange(["c", "d"]);
  assert(first > 16, "no slot of a range follows one of a job");
  assertEquals(board.occupyRange(rangeOf(["v", "w", "x", "y", "z"]), 8), undefined);
  const others = [8, 9, 10].map((number) => board.occupyRange(rangeOf(["x"]), number)!);
  assertEquals(others.map((slot) => slot - first), [5, 10, 15]);
  assertEquals(board.occupyRange(rangeOf(["y"]), 11), undefined);
  memory[BOARD_SLOTS + first] = memory[BOARD_SLOTS + first + 1] = SLOT_DONE;
  board.succeed(first, ["C"]);
  assertEquals(board.occupyRange(rangeOf(["y"]), 11), undefined);
  board.succeed(first + 1, ["D"]);
  assertEquals(board.occupyRange(rangeOf(["y", "z"]), 11), first);
  assertEquals([...memory.subarray(BOARD_SLOTS + first, BOARD_SLOTS + first + 2)], [SLOT_SENT, SLOT_SENT]);
});

Deno.test("SlotBoard.occupyRange() has no room where no memory is shared", () => {
  assertEquals(boardWithRange(["c"], false).first, undefined);
});

Deno.test("SlotBoard.salvage() tells the items of a range apart, and leaves out those that succeeded", () => {
  const { board, memory, told, first } = boardWithRange(["c", "d", "e", "f"]);
  board.succeed(first, ["C"]);
  memory.set([SLOT_DONE, SLOT_BEGUN, SLOT_BEGUN], BOARD_SLOTS + first);
  memory[BOARD_RUNNING] = first + 1 + 1;
  assertEquals(board.begunCount, 2);
  const { running, begun, waiting } = board.salvage();
  const indexesOf = (jobs: readonly Job[]) => jobs.map(({ index }) => index);
  assertEquals([running?.index, indexesOf(begun), indexesOf(waiting)], [3, [4], [5]]);
  assertEquals([told, board.jobCount], [[[2, "C"], 3, 4, 5], 0]);
});

Deno.test("SlotBoard.takeBack() takes items of a range that have not begun, whose slots are free once they are passed over", () => {
  const { board, memory, first, rangeOf } = boardWithRange(["c", "d", "e"]);
  memory[BOARD_SLOTS + first] = SLOT_BEGUN;
  const taken = board.takeBack(9);
  assertEquals([taken.map(({ index }) => index), board.jobCount], [[3, 4], 1]);
  board.succeed(first, ["C"]);
  for (const number of [8, 9, 10]) board.occupyRange(rangeOf(["x"]), number);
  assertEquals(board.occupyRange(rangeOf(["y"]), 11), undefined);
  assertEquals([board.release(first + 1), board.release(first + 2)], [undefined, undefined]);
  assertEquals(board.occupyRange(rangeOf(["y"]), 11), first);
});

Deno.test("SlotBoard.releaseSentWith() releases the range that went with a message, taken back or not", () => {
  const { board, first, rangeOf } = boardWithRange(["c", "d", "e"]);
  assertEquals(board.takeBack(1).map(({ index }) => index), [2]);
  assertEquals([board.releaseSentWith(7).map(({ index }) => index), board.jobCount], [[3, 4], 0]);
  assertEquals([board.releaseSentWith(7), board.occupyRange(rangeOf(["y"]), 8)], [[], first]);
});
