import { keepShape } from "../runtime/kept_shape.ts";

/** What came at one time. */
export class CostEntry {
  readonly firstMs: number;
  lastMs: number;
  cost = 0;
  isCounted = true;

  /** Nothing yet at `ms`. */
  constructor(ms: number) {
    this.firstMs = ms;
    this.lastMs = ms;
  }
}

keepShape(new CostEntry(0.5));
