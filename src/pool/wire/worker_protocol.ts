import type { Packing } from "./packing.ts";
import type { PooledFunction } from "./pooled_function.ts";

/*
 * What a pool and its workers say to each other. Messages hold parallel arrays, since an object per
 * item costs more to clone than most items do. An item is known by its slot, a small number that is
 * free again once the worker has sent its outcome.
 *
 * Beside the messages both sides share a block of memory, the board. It says for each slot how far
 * the item is, so that an item can be taken back from a worker that is busy, exactly once, and so
 * that it is known which item a worker that died was busy with.
 */

/** The item was sent; the side that changes this first, the worker or the pool, has it. */
export const SLOT_SENT = 0;
/** The worker runs the item. */
export const SLOT_BEGUN = 1;
/** The pool took the item back; the worker passes over it. */
export const SLOT_TAKEN_BACK = 2;
/** The worker is done with the item and has not sent the result yet. */
export const SLOT_DONE = 3;
/** The worker reports the item, for which it reads the result to its end: code of the item may run once more. */
export const SLOT_REPORTING = 4;

/** Where on the board stands the slot, plus one, of the item whose synchronous part runs now; 0 is none. */
export const BOARD_RUNNING = 0;
/** Where on the board stands how many messages the worker sent, for those who wait without an event loop. */
export const BOARD_MESSAGES = 1;
/** Where on the board the slots begin. */
export const BOARD_SLOTS = 2;

/** What {@link CallMark} says of a call in its first attempt needs no mark: most calls have none. */
export interface CallMark {
  /** The attempt, from 1. */
  readonly attempt: number;
  /** The round, from 0. */
  readonly retry: number;
  /** The index of the fallback value. */
  readonly fallbackIndex: number | undefined;
  /** The id of its log lines, once it has one. */
  readonly correlationId: string | undefined;
}

/** What holds of most calls. */
export const FIRST_ATTEMPT: CallMark = { attempt: 1, retry: 0, fallbackIndex: undefined, correlationId: undefined };

/** The first message to a worker. */
export interface InitMessage {
  readonly kind: "init";
  /** The board: shared memory, where the platform shares it with this worker. */
  readonly board: ArrayBufferLike;
  /** Whether buffers are packed both ways. */
  readonly isPacking: boolean;
  /** Where answers go to, in place of the worker's own port. */
  readonly port?: unknown;
  /** The modules that the workers around this one, if any, were started for, the outermost first. */
  readonly ancestors?: readonly string[];
}

/** A function that items will be for; it comes before the first of them. */
export interface LoadMessage {
  readonly kind: "load";
  /** What the items call it. */
  readonly id: number;
  /** How it is found. */
  readonly fn: PooledFunction;
  /** How many of its items run at once. */
  readonly concurrency: number;
}

/** A number for each item, or the first of numbers that follow each other. */
export type ItemNumbers = number | readonly number[];

/**
 * The number of one item.
 *
 * @param numbers The numbers of all.
 * @param position The position of the item among them.
 * @returns The number.
 */
export function numberAt(numbers: ItemNumbers, position: number): number {
  return typeof numbers === "number" ? numbers + position : numbers[position]!;
}

/** Items to run. The arrays are parallel. */
export interface RunMessage {
  readonly kind: "run";
  /** The function, which an earlier message described. */
  readonly fn: number;
  readonly slots: ItemNumbers;
  /** The first argument of each. */
  readonly items: unknown[];
  /** The arguments after the first; left out where no item has any. */
  readonly rest?: readonly (readonly unknown[])[];
  /** The places in the map, -1 for none. */
  readonly indexes: ItemNumbers;
  /** What their keys begin with, before the slash and their places; left out where they have none. */
  readonly run?: string;
  /** Their keys, where a journal gave them theirs, or they are of another run; left out where none has one. */
  readonly keys?: readonly (string | undefined)[];
  /** Left out where all are first attempts. */
  readonly marks?: readonly (CallMark | undefined)[];
  /** The longest limit of the items in milliseconds, where each has one. */
  readonly limitMs?: number;
  /** What was taken out of the items and the arguments. */
  readonly packing?: Packing | undefined;
}

/** An item that runs should stop. */
export interface AbortMessage {
  readonly kind: "abort";
  readonly slot: number;
  /** Why, in an envelope. */
  readonly reason: unknown;
}

/** An item that has not begun must not, where no memory is shared on which this could be written. */
export interface SkipMessage {
  readonly kind: "skip";
  readonly slot: number;
}

/** Asks for a sign of life, which no worker gives that is busy. */
export interface PingMessage {
  readonly kind: "ping";
}

/** A message to a worker. */
export type ToWorker = InitMessage | LoadMessage | RunMessage | AbortMessage | SkipMessage | PingMessage;

/** The worker listens. */
export interface UpMessage {
  readonly kind: "up";
}

/** The function is found and its items can run. */
export interface ReadyMessage {
  readonly kind: "ready";
  readonly id: number;
}

/** An item begins, where no memory is shared on which this could be read. */
export interface BegunMessage {
  readonly kind: "begun";
  readonly slot: number;
}

/** The answer to a ping. */
export interface PongMessage {
  readonly kind: "pong";
}

/** What became of items. */
export interface ResultsMessage {
  readonly kind: "results";
  /** The slots of the items that succeeded, each that follows no other with how many there are from it on, and the results. */
  readonly slots: number[];
  readonly values: readonly unknown[];
  /** What was taken out of the results. */
  readonly packing?: Packing | undefined;
  /** The slots of the items that failed, and their errors in envelopes. */
  readonly failed: number[];
  readonly errors: unknown[];
  /** The slots of the items whose result cannot be cloned, and what it holds. */
  readonly unsent: number[];
  readonly unsentKinds: string[];
  /** The slots passed over. */
  readonly skipped: number[];
  /** The correlation ids that items asked for and were given, with their slots. */
  ids?: [slot: number, correlationId: string][];
  /** Milliseconds since the message before, or since there was something to do. */
  elapsedMs: number;
}

/** Why a worker must go. */
export type FatalReason = "boot" | "exit" | "memory" | "overrun" | "uncaught";

/** The worker cannot continue; it is the last message. */
export interface FatalMessage {
  readonly kind: "fatal";
  readonly reason: FatalReason;
  /** What was thrown, in an envelope; of an exit its code. */
  readonly error: unknown;
}

/** A message from a worker. */
export type FromWorker =
  | UpMessage
  | ReadyMessage
  | BegunMessage
  | PongMessage
  | ResultsMessage
  | FatalMessage;
