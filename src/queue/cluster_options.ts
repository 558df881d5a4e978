import type { Duration } from "../time/duration.ts";
import type { Engine } from "./engine.ts";

/** The options of `opmap` that say how items run on other machines, with `mode: "cluster"`. */
export interface ClusterOptions {
  /** What moves the items to the workers and the results back. */
  readonly engine: Engine;
  /**
   * The name by which workers find the function: letters, digits, `_` and `-`, at most 64.
   * @default the name of the function
   */
  readonly task?: string | undefined;
  /** The version of the function, of the same letters: workers serve exactly this one. */
  readonly version?: string | undefined;
  /**
   * The items of a worker that gives no sign of life for so long run again elsewhere.
   * @default "15s"
   */
  readonly lease?: Duration | undefined;
  /** The key for AES-GCM that all frames are sealed with: the broker, and all who read it, see nothing of them. */
  readonly sealKey?: CryptoKey | undefined;
  /**
   * The most items in flight.
   * @default 2 × the slots that workers announce
   */
  readonly workers?: number | undefined;
  /**
   * How many workers one item may be lost with; with the next one it fails.
   * @default 2
   */
  readonly maxCrashesPerItem?: number | undefined;
}
