import { assertEquals } from "@std/assert";
import { ResultBatch } from "../../../src/pool/worker/result_batch.ts";
import {
  BOARD_MESSAGES,
  BOARD_SLOTS,
  type FromWorker,
  SLOT_BEGUN,
  SLOT_DONE,
  SLOT_REPORTING,
} from "../../../src/pool/wire/worker_protocol.ts";

/** A batch of a worker for which somebody waits without an event loop, or nobody does, and what it posts. */
function openBatch(isAwaited: boolean) {
  const sent: FromWorker[] = [];
  const moved: unknown[][] = [];
  const port = {
    postMessage: (message: unknown, buffers: unknown[] = []) => {
      sent.push(message as FromWorker);
      moved.push(buffers);
    },
  };
  const board = new Int32Array(new SharedArrayBuffer((BOARD_SLOTS + 8) * Int32Array.BYTES_PER_ELEMENT));
  const marks = new WeakMap<object, readonly ArrayBuffer[]>();
  const init = { kind: "init", board: board.buffer, isPacking: false, ...(isAwaited ? { port } : {}) } as const;
  const scope = { port } as unknown as ConstructorParameters<typeof ResultBatch>[0];
  return { batch: new ResultBatch(scope, init, board, marks), board, marks, sent, moved };
}

Deno.test("ResultBatch wakes who waits without an event loop with each message, and nobody else", () => {
  for (const isAwaited of [true, false]) {
    const { batch, board, sent } = openBatch(isAwaited);
    const wakes = () => Atomics.load(board, BOARD_MESSAGES);
    // The first tells that the worker is alive.
    assertEquals(wakes(), isAwaited ? 1 : 0);
    batch.post({ kind: "pong" });
    batch.begin();
    batch.addValue(0, "value");
    batch.end();
    assertEquals([sent.length, wakes()], [2, isAwaited ? 3 : 0]);
  }
});

Deno.test("ResultBatch moves what is marked in results, whatever lies between them", () => {
  const { batch, marks, moved } = openBatch(false);
  const [one, two, copied] = [1, 2, 3].map((length) => new Uint8Array(length)) as Uint8Array<ArrayBuffer>[];
  for (const bytes of [one!, two!]) marks.set(bytes, [bytes.buffer]);
  batch.begin();
  [one, "text", null, two, copied].forEach((value, slot) => batch.addValue(slot, value));
  batch.end();
  assertEquals(moved.flat(), [one!.buffer, two!.buffer]);
});

Deno.test("ResultBatch takes an item for ended only once its result was read", () => {
  const { batch, board, sent } = openBatch(false);
  const seen: number[] = [];
  const slot = BOARD_SLOTS + 3;
  const value = {
    get read(): number {
      seen.push(Atomics.load(board, slot));
      return 1;
    },
  };
  batch.begin();
  batch.addFailure(2, new Error("failed"));
  batch.addValue(3, value);
  batch.end();
  assertEquals([new Set(seen), board[slot], board[BOARD_SLOTS + 2]], [new Set([SLOT_REPORTING]), SLOT_DONE, 0]);
  assertEquals(sent.length > 0 && batch.isEmpty, true);
});

Deno.test("ResultBatch takes an item that has begun for ended once it is added, unless its result is still to be read", () => {
  const { batch, board } = openBatch(false);
  const states: number[][] = [];
  const look = () => states.push([...board.subarray(BOARD_SLOTS, BOARD_SLOTS + 3)]);
  board.fill(SLOT_BEGUN, BOARD_SLOTS, BOARD_SLOTS + 3);
  batch.begin();
  batch.addFailure(0, {
    get message() {
      return void look();
    },
  });
  batch.addValue(1, "text");
  batch.addValue(2, {
    get read() {
      return void look();
    },
  });
  batch.end();
  assertEquals(states.at(0)?.at(0), SLOT_BEGUN);
  assertEquals(states.at(-1), [SLOT_DONE, SLOT_DONE, SLOT_REPORTING]);
  assertEquals([...board.subarray(BOARD_SLOTS, BOARD_SLOTS + 3)], [SLOT_DONE, SLOT_DONE, SLOT_DONE]);
});

Deno.test("ResultBatch names slots in a row by the first and how many there are", () => {
  const { batch, sent } = openBatch(false);
  batch.begin();
  for (const slot of [3, 4, 5, 7, 6]) batch.addValue(slot, slot);
  batch.addDone(7, 7);
  batch.end();
  const [message] = sent;
  assertEquals(message?.kind === "results" && [message.slots, message.values], [[3, 3, 7, 1, 6, 2], [
    3,
    4,
    5,
    7,
    6,
    7,
  ]]);
});

Deno.test("ResultBatch names each slot where one of several results cannot cross", () => {
  const { batch, sent } = openBatch(false);
  batch.begin();
  [1, () => {}, 3].forEach((value, slot) => batch.addValue(slot, value));
  batch.end();
  const results = sent.flatMap((message) => message.kind === "results" ? [message] : []);
  assertEquals(results.map(({ slots, unsent }) => [slots, unsent]), [[[], []], [[0, 1], []], [[], [1]], [[2, 1], []]]);
});
