import type { Lane } from "../engine.ts";

/** What is known of a frame that was handed out. */
export interface DeliveryFacts {
  /** Where it was taken from. */
  readonly lane: Lane;
  /** How often it was handed out, this time included. */
  readonly deliveries: number;
  /** How many workers were lost before with what is in it. */
  readonly losses: number;
  /** With how many an item may be lost before it fails. */
  readonly maxCrashes: number;
  /** How many items are in it. */
  readonly count: number;
}

/** What is done with a frame: it runs, is sent again as a frame for each item, or its one item fails. */
export type DeliveryVerdict =
  | { readonly kind: "run" }
  | { readonly kind: "split"; readonly losses: number; readonly lane: Lane }
  | { readonly kind: "fail"; readonly crashes: number };

/**
 * Judges a frame by how often it was lost. A worker that is lost takes along all that it has, most of it innocent, and of
 * which some had not begun: so items are separated after the first loss, and one is charged only where it was lost once
 * more in the lane `"alone"`, in which it began at once and next to no other.
 *
 * @param facts What is known of it.
 * @returns What is done with it.
 */
export function judgeDelivery({ lane, deliveries, losses, maxCrashes, count }: DeliveryFacts): DeliveryVerdict {
  const lost = losses + deliveries - 1;
  if (lane === "alone") return deliveries > 1 ? { kind: "fail", crashes: lost } : { kind: "run" };
  if (lost >= maxCrashes) return { kind: "split", losses: maxCrashes, lane: "alone" };
  if (deliveries > 1 && count > 1) return { kind: "split", losses: lost, lane: "open" };
  return { kind: "run" };
}
