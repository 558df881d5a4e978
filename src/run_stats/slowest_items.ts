import type { ReportItem } from "./run_report.ts";

const MAX_ITEMS = 20;

/** The items that took longest. */
export class SlowestItems {
  readonly #items: ReportItem[] = [];

  /** Whether an item that took so many seconds is one of them by now. */
  wants(seconds: number): boolean {
    return this.#items.length < MAX_ITEMS || seconds > this.#items.at(-1)!.seconds;
  }

  /** Takes an item in. */
  add(item: ReportItem): void {
    const place = this.#items.findIndex(({ seconds }) => seconds < item.seconds);
    this.#items.splice(place < 0 ? this.#items.length : place, 0, item);
    if (this.#items.length > MAX_ITEMS) this.#items.pop();
  }

  /** The items, the slowest first. */
  report(): readonly ReportItem[] {
    return [...this.#items];
  }
}
