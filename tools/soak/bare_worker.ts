import process from "node:process";
import { SHARE_ENV, type Worker, type WorkerOptions } from "node:worker_threads";
import { WORKER_SOURCE } from "../../src/pool/worker_source.ts";
import { type FromWorker, SLOT_SENT, type ToWorker } from "../../src/pool/wire/worker_protocol.ts";
import { type FaultyItem, runFaulty } from "../../tests/support/faulty_item.ts";

/** What a pool starts its workers with. */
const OPTIONS: WorkerOptions = { eval: true, env: SHARE_ENV, resourceLimits: { maxOldGenerationSizeMb: 2_048 } };
/** As many numbers as a board of a pool has whose messages hold 256 items at most. */
const BOARD_LENGTH = 2 + 1 + 4 * 256;
const FUNCTION = 1;
/** How long a worker that was told to stop may take for it, in milliseconds. */
const GRACE_MS = 50;
/** How long a worker may take to start, in milliseconds. */
const START_MS = 30_000;

/** A worker thread that runs the text of this library's workers, and is told what a pool tells them, by no pool. */
export class BareWorker {
  /** Whether it takes no more items. */
  isLost = false;
  readonly #thread: Worker;
  readonly #seal = crypto.randomUUID();
  readonly #board = new Int32Array(new SharedArrayBuffer(BOARD_LENGTH * Int32Array.BYTES_PER_ELEMENT));
  #isReady = false;
  #left = 0;
  #onSign: () => void = () => {};

  /** Starts it. */
  constructor() {
    // Looked up at each start, as the library does it, so that it is counted.
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    this.#thread = new Worker(WORKER_SOURCE, OPTIONS);
    this.#thread.on("message", (sent: { seal?: unknown; message: FromWorker }) => this.#hear(sent.message));
    for (const event of ["error", "messageerror", "exit"]) this.#thread.on(event, () => this.#lose());
    this.#thread.postMessage({ seal: this.#seal, argv: [...process.argv] });
    this.#post({ kind: "init", board: this.#board.buffer, isPacking: true });
    const fn = { name: "runFaulty", module: undefined, occurrence: 0, source: String(runFaulty) };
    this.#post({ kind: "load", id: FUNCTION, fn, concurrency: 1 });
  }

  /** Runs `items`; resolves once each came to an end, or the worker did. An item may take `limitMs`. */
  async run(items: readonly FaultyItem[], limitMs: number): Promise<void> {
    const slots = items.map((_, slot) => slot);
    for (const slot of slots) Atomics.store(this.#board, 2 + slot, SLOT_SENT);
    this.#left = items.length;
    try {
      this.#post({ kind: "run", fn: FUNCTION, slots, items: [...items], indexes: slots, limitMs });
    } catch {
      // It cannot be cloned.
      return;
    }
    while (this.#left > 0 && !this.isLost) {
      if (await this.#isSilentFor(this.#isReady ? limitMs : START_MS)) await this.#stop();
    }
  }

  /** Ends it, whatever it does; nobody waits until it is gone. */
  end(): void {
    this.isLost = true;
    void this.#thread.terminate();
  }

  async #stop(): Promise<void> {
    this.#post({ kind: "abort", slot: 0, reason: { name: "TimeoutError", message: "too late" } });
    if (await this.#isSilentFor(GRACE_MS)) this.#lose();
  }

  #isSilentFor(limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), limitMs);
      this.#onSign = () => {
        clearTimeout(timer);
        resolve(false);
      };
    });
  }

  #hear(message: FromWorker): void {
    if (message.kind === "fatal") return this.#lose();
    if (message.kind === "ready") this.#isReady = true;
    if (message.kind === "results") {
      const { slots, failed, unsent, skipped } = message;
      this.#left -= slots.length + failed.length + unsent.length + skipped.length;
    }
    this.#onSign();
  }

  #lose(): void {
    if (!this.isLost) this.end();
    this.#onSign();
  }

  #post(message: ToWorker): void {
    this.#thread.postMessage(message);
  }
}
