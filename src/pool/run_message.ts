import type { Job } from "./job.ts";
import { packValues } from "./wire/value_packing.ts";
import type { CrossingRules } from "./wire/value_scan.ts";
import type { CallMark, RunMessage } from "./wire/worker_protocol.ts";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * The message that sends `jobs` of the function `fn`, each to the slot it was given.
 *
 * @param fn The number by which the worker knows the function.
 * @param jobs The jobs to send, which have their slots.
 * @returns The message.
 */
export function buildRunMessage(fn: number, jobs: readonly Job[]): RunMessage {
  const slots: number[] = [];
  const items: unknown[] = [];
  const indexes: number[] = [];
  let hasRest = false;
  let hasKeys = false;
  let hasMarks = false;
  let limitMs = 0;
  const run = jobs[0]?.runKey;
  for (const job of jobs) {
    const call = job.knownCall;
    slots.push(job.slot);
    items.push(job.item);
    indexes.push(job.index);
    hasRest ||= call !== undefined && call.args.length > 1;
    hasKeys ||= keyOf(job, run) !== undefined;
    hasMarks ||= markOf(job) !== undefined;
    limitMs = Math.max(limitMs, job.limitMs ?? Infinity);
  }
  const message: Writable<RunMessage> = { kind: "run", fn, slots, items, indexes };
  if (hasRest) message.rest = jobs.map(({ call }) => call.args.slice(1));
  if (run !== undefined) message.run = run;
  if (hasKeys) message.keys = jobs.map((job) => keyOf(job, run));
  if (hasMarks) message.marks = jobs.map(markOf);
  if (limitMs !== Infinity) message.limitMs = limitMs;
  return message;
}

/**
 * `message` as it is posted, with what would not cross as it is taken out.
 *
 * @param message The message as it was built.
 * @param rules What crosses as it is.
 * @returns The message to post.
 * @throws {Uncrossable} If an item or another argument cannot cross.
 */
export function packMessage(message: RunMessage, rules: CrossingRules): RunMessage {
  const { items, rest = [] } = message;
  const { lists: [packed, ...others], packing } = packValues([items, ...rest as unknown[][]], rules);
  if (packed === items && others.every((list, place) => list === rest[place])) return message;
  return { ...message, items: packed!, ...(rest.length > 0 ? { rest: others } : {}), packing };
}

/** A text, where nearly all that a journal follows have one: an object for each takes longer to send than a tiny item. */
function keyOf({ givenKey, index, runKey }: Job, run: string | undefined): string | undefined {
  if (givenKey !== undefined || runKey === run || runKey === undefined) return givenKey;
  return `${runKey}/${index}`;
}

function markOf({ knownCall }: Job): CallMark | undefined {
  const state = knownCall?.state;
  if (state === undefined) return undefined;
  const { attemptNumber: attempt } = knownCall!;
  const { retry, fallbackIndex, correlationId } = state;
  if (attempt === 1 && retry === 0 && (fallbackIndex ?? correlationId) === undefined) return undefined;
  return { attempt, retry, fallbackIndex, correlationId };
}
