import type { CallerLine, Delivery, Engine, Lane, TaskAddress, WorkerLine } from "../../queue/engine.ts";
import { monotonicNow } from "../../time/read_time.ts";
import { expect } from "../conformance/check.ts";

/** The side of a caller, and what came back to it. */
export interface CheckedCaller {
  readonly line: CallerLine;
  /** What it called its run. */
  readonly run: string;
  /** The texts of the results. */
  readonly results: string[];
}

/** What a check works on: a task of its own. */
export interface CheckedEngine {
  /** The task. */
  readonly address: TaskAddress;
  /** How long leases last, in milliseconds. */
  readonly leaseMs: number;
  /** An engine; the check need not close it. */
  open(): Promise<Engine>;
  /** Opens the side of a caller, on an engine of its own; what came back stands in `results`. */
  caller(name: string): Promise<CheckedCaller>;
  /** Opens the side of a worker, on an engine of its own. */
  worker(slots?: number, address?: TaskAddress): Promise<WorkerLine>;
  /** Lets the broker lose all frames, where that can be done. */
  readonly forget: (() => Promise<void>) | undefined;
}

/** One thing that every engine has to do. */
export interface EngineCheck {
  /** What it does, to follow the engine's name. */
  readonly name: string;
  /** Rejects where the engine does not. */
  readonly run: (checked: CheckedEngine) => Promise<void>;
}

/** What has to happen at some time has so long for it, in milliseconds. */
const PATIENCE_MS = 15_000;

const LOOK_MS = 20;

/**
 * A frame that holds a text.
 *
 * @param text The text.
 * @returns The bytes.
 */
export function frameOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * The text that a frame holds.
 *
 * @param frame The bytes.
 * @returns The text.
 */
export function textOf(frame: Uint8Array): string {
  return new TextDecoder().decode(frame);
}

/**
 * Waits, with the clock of the runtime.
 *
 * @param ms How long, in milliseconds.
 * @returns A promise that resolves then.
 */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Holds if `read` answers with `expected` at some time.
 *
 * @param read Asks again and again.
 * @param expected The answer.
 * @param what What is asked for, for the message.
 * @returns A promise that resolves then.
 * @throws {Error} If it does not.
 */
export async function eventually<T>(read: () => T | Promise<T>, expected: T, what: string): Promise<void> {
  const untilMs = monotonicNow() + PATIENCE_MS;
  let last = await read();
  while (last !== expected && monotonicNow() < untilMs) {
    await wait(LOOK_MS);
    last = await read();
  }
  expect(last === expected, `${what} must be ${expected}: it is ${last}`);
}

/**
 * Pulls until there are `count` frames.
 *
 * @param line The worker.
 * @param lane Where from.
 * @param count How many.
 * @returns The frames.
 * @throws {Error} If they do not come.
 */
export async function pullAll(line: WorkerLine, lane: Lane, count: number): Promise<Delivery[]> {
  const untilMs = monotonicNow() + PATIENCE_MS;
  const deliveries: Delivery[] = [];
  while (deliveries.length < count) {
    const pulled = await line.pull(lane, count - deliveries.length);
    deliveries.push(...pulled);
    if (pulled.length === 0 && lane === "alone") await wait(LOOK_MS);
    expect(monotonicNow() < untilMs, `${count} frames must come: there are ${deliveries.length}`);
  }
  return deliveries;
}

/**
 * Pulls one frame.
 *
 * @param line The worker.
 * @param lane Where from.
 * @returns The frame.
 * @throws {Error} If none comes.
 */
export async function pullOne(line: WorkerLine, lane: Lane = "open"): Promise<Delivery> {
  return (await pullAll(line, lane, 1))[0]!;
}

/**
 * Holds if a lane has nothing to hand out now.
 *
 * @param line The worker.
 * @param lane Where from.
 * @param what What it means, for the message.
 * @returns A promise that resolves if it does.
 * @throws {Error} If it has.
 */
export async function expectNone(line: WorkerLine, lane: Lane, what: string): Promise<void> {
  const pulled = await line.pull(lane, 10);
  expect(pulled.length === 0, `${what}: ${pulled.length} frames were handed out`);
}
