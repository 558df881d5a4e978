import { LazyModule } from "../runtime/lazy_module.ts";
import type { Call } from "../call/call.ts";
import type { MapRunSetup } from "./map_run_setup.ts";
import type { ItemWatcher } from "./item_watcher.ts";
import type { RunGate } from "./run_gate.ts";
import type { OpenTracking } from "./tracked_items.ts";
import type { Tracking } from "./tracking.ts";
import type { RunTrackingInit } from "./tracking_parts.ts";

/** What follows items, records and counts them: of no use to a run that does neither. */
const trackers = /* @__PURE__ */ new LazyModule(() => import("./open_tracking.ts"));

/** Follows the items of one run from when it begins until it has ended: what that takes is loaded then. */
export class RunTracking implements Tracking {
  readonly #init: RunTrackingInit;
  readonly #gate: RunGate;
  /** Is notified of the items of a run that has not begun yet. */
  watcher: ItemWatcher | undefined = undefined;
  /** What was opened, once it is. */
  opened: OpenTracking | undefined = undefined;
  #opening: Promise<void> | undefined = undefined;
  #isOver = false;

  /** Nothing is open yet; `gate` is opened with it. */
  constructor(init: RunTrackingInit, gate: RunGate) {
    this.#init = init;
    this.#gate = gate;
  }

  /** `setup` with this around its items. */
  around(setup: MapRunSetup): MapRunSetup {
    const handler = (call: Call) => this.opened!.items.run(call);
    // What has to be safe before it counts needs a call that waits for it.
    const bulk = this.#init.journal?.durability === "item" ? undefined : setup.bulk;
    return { ...setup, handler, bulk, capacity: this.#gate, tracking: this };
  }

  /**
   * Opens what is needed; `fail` is called later, where nothing can be recorded any more.
   *
   * @throws {JournalError} If the journal cannot be used.
   */
  open(fail: (error: unknown) => void): Promise<void> {
    return this.#opening = trackers.load().then(async ({ openTracking }) => {
      this.opened = await openTracking(this.#init, { fail, isOver: () => this.#isOver, watcher: this.watcher });
      this.#gate.open();
    });
  }

  /**
   * Releases what was opened, once all that was recorded is safe.
   *
   * @throws {JournalError} If something could not be written.
   */
  async close(isHurried: boolean): Promise<void> {
    this.#isOver = true;
    if (this.opened === undefined) await this.#opening?.catch(() => {});
    await this.opened?.close(isHurried);
  }
}
