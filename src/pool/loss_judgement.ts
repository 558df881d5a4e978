import type { LossReason } from "./loss_reason.ts";

/** What a worker that is lost leaves behind. */
export interface Loss<J> {
  /** The item whose synchronous part ran; it alone can be what ended the worker. */
  readonly running: J | undefined;
  /** Whether an item that is not waited for any more can be what ended the worker. */
  readonly isForgottenOne: boolean;
  /** Those that were under way beside it. */
  readonly begun: readonly J[];
  /** Those that had not begun, or were done and had not sent their result. */
  readonly waiting: readonly J[];
  /** Whether other items have ended in this worker, which may have left behind what ended it. */
  readonly hasServed: boolean;
}

/** Who pays for a worker that is lost, and what runs again. */
export interface Judgement<J> {
  /** The item that ended the worker. */
  readonly culprit: J | undefined;
  /** What the culprit is charged with: that it took too long, or that it brought the worker down. */
  readonly charge: "timeout" | "crash" | undefined;
  /** Those that have nothing to do with it. */
  readonly innocent: readonly J[];
  /** Those of which it may have been one: each runs next to no other until it is known. */
  readonly suspects: readonly J[];
  /** The one that it may have been, or else one before it: it runs in a worker that has run nothing before. */
  readonly doubted: J | undefined;
  /** Those that waited in vain, as the worker began none of them and said nothing; this is bounded. */
  readonly missed: readonly J[];
  /** Whether it ended before it was of any use, for no reason that an item gave it. */
  readonly isFruitless: boolean;
}

/** What is judged of the items alone. */
type Blame<J> = Pick<Judgement<J>, "culprit" | "innocent" | "suspects" | "doubted">;

/**
 * Judges a lost worker. An item is charged only where nothing else can have done it: it was in its synchronous part, or
 * under way alone in a worker in which no other item ever ran. All others run again, and it counts for none of them.
 *
 * @param loss What the worker left behind.
 * @param reason Why it is lost.
 * @returns Who is charged, and what runs again.
 */
export function judgeLoss<J>(loss: Loss<J>, reason: LossReason): Judgement<J> {
  const blame = blameFor(loss);
  const isNobody = blame.culprit === undefined && blame.doubted === undefined && blame.suspects.length === 0;
  const isTimeout = reason === "overrun" || reason === "silent";
  return {
    ...blame,
    charge: blame.culprit === undefined ? undefined : isTimeout ? "timeout" : "crash",
    missed: reason === "silent" ? loss.waiting : [],
    isFruitless: isNobody && !loss.isForgottenOne && !loss.hasServed,
  };
}

function blameFor<J>({ running, isForgottenOne, begun, waiting, hasServed }: Loss<J>): Blame<J> {
  const none = { culprit: undefined, suspects: [], doubted: undefined };
  if (running !== undefined) return { ...none, culprit: running, innocent: [...waiting, ...begun] };
  if (isForgottenOne || begun.length === 0) return { ...none, innocent: [...waiting, ...begun] };
  if (begun.length > 1) return { ...none, innocent: waiting, suspects: begun };
  const [only] = begun;
  return hasServed ? { ...none, innocent: waiting, doubted: only } : { ...none, innocent: waiting, culprit: only };
}

/**
 * All items that a worker leaves behind.
 *
 * @param loss What the worker leaves behind.
 * @returns The jobs.
 */
export function jobsOf<J>({ running, begun, waiting }: Loss<J>): J[] {
  return [...(running === undefined ? [] : [running]), ...begun, ...waiting];
}
