/** Races between a pool and its worker over slots, in every order that a scheduler can think of. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CallJob } from "../../src/pool/call_job.ts";
import type { Job } from "../../src/pool/job.ts";
import { SlotBoard } from "../../src/pool/slot_board.ts";
import { BOARD_RUNNING, BOARD_SLOTS, SLOT_BEGUN, SLOT_DONE, SLOT_SENT } from "../../src/pool/wire/worker_protocol.ts";
import { callFor } from "../support/open_pool.ts";
import { runs } from "../support/runs.ts";

const SLOTS = 3;
const STOP = { name: "stop" };
const CRASHED = { name: "crashed" };

/** Waits for a moment that may come at any time after now. */
type Step = (what: string) => Promise<void>;

/** A worker that knows nothing but its messages and its board, and does as the protocol says, each of its operations on the board a moment of its own. */
class PlainWorker {
  readonly ran: number[] = [];
  readonly ended: number[] = [];
  isDead = false;
  readonly #memory: Int32Array;
  readonly #step: Step;
  /** Hears of a slot that the worker is done with, some time later. */
  readonly #tell: (slot: number, value: number | undefined) => void;

  constructor(memory: ArrayBufferLike, step: Step, tell: (slot: number, value: number | undefined) => void) {
    this.#memory = new Int32Array(memory);
    this.#step = step;
    this.#tell = tell;
  }

  async run(slot: number, item: number): Promise<void> {
    await this.#step(`${item} arrives`);
    const place = BOARD_SLOTS + slot;
    if (this.isDead) return;
    if (Atomics.compareExchange(this.#memory, place, SLOT_SENT, SLOT_BEGUN) !== SLOT_SENT) {
      return this.#tell(slot, undefined);
    }
    this.ran.push(item);
    Atomics.store(this.#memory, BOARD_RUNNING, slot + 1);
    await this.#step(`${item} leaves its synchronous part`);
    if (this.isDead) return;
    if (Atomics.load(this.#memory, BOARD_RUNNING) === slot + 1) Atomics.store(this.#memory, BOARD_RUNNING, 0);
    await this.#step(`${item} ends`);
    if (this.isDead) return;
    this.#tell(slot, item);
    this.ended.push(item);
    Atomics.compareExchange(this.#memory, place, SLOT_BEGUN, SLOT_DONE);
  }
}

/** A pool with one worker, as far as slots go: it does to its board what a pool does. */
class PlainPool {
  readonly workers: PlainWorker[] = [];
  readonly jobs: readonly CallJob[];
  readonly outcomes: unknown[][];
  board = new SlotBoard(SLOTS, true);
  readonly #step: Step;
  readonly #waiting: Job[];

  constructor(count: number, step: Step) {
    this.#step = step;
    this.jobs = Array.from(
      { length: count },
      (_, id) => new CallJob(callFor(id), { stop: () => {}, onSettled: () => {} }),
    );
    this.#waiting = [...this.jobs];
    this.outcomes = this.jobs.map(({ promise }) => {
      const found: unknown[] = [];
      void promise.then((value) => found.push(value), (error) => found.push(error));
      return found;
    });
    this.#start();
  }

  async stop(id: number): Promise<void> {
    await this.#step(`${id} is stopped`);
    const job = this.jobs[id]!;
    job.fail(STOP);
    if (this.board.has(job)) this.board.takeOneBack(job);
  }

  async takeBack(): Promise<void> {
    await this.#step("one is taken back");
    this.#waiting.push(...this.board.takeBack(1));
    this.#send();
  }

  async loseWorker(): Promise<void> {
    await this.#step("the worker dies");
    const dead = this.workers.at(-1)!;
    dead.isDead = true;
    const { running, begun, waiting } = this.board.salvage();
    const suspects = running === undefined ? begun : [running, ...begun];
    assert(suspects.every((job) => dead.ran.includes(idOf(job))), "what has not begun must not be under suspicion");
    // What has ended there, though nobody was told, did no harm.
    const isInnocent = (job: Job) => !dead.ran.includes(idOf(job)) || dead.ended.includes(idOf(job));
    assert(waiting.every(isInnocent), "what is under way must not pass for innocent");
    running?.fail(CRASHED);
    this.board = new SlotBoard(SLOTS, true);
    this.#waiting.push(...begun, ...waiting);
    this.#start();
  }

  #start(): void {
    const { board } = this;
    const worker = new PlainWorker(board.memory, this.#step, async (slot, value) => {
      await this.#step(`slot ${slot} is told`);
      if (worker.isDead) return;
      board.release(slot)?.succeed(value);
      this.#send();
    });
    this.workers.push(worker);
    this.#send();
  }

  #send(): void {
    while (this.#waiting.length > 0 && this.board.freeCount > 0) {
      const job = this.#waiting.shift()!;
      if (job.isSettled) continue;
      this.board.occupy(job, 0);
      void this.workers.at(-1)!.run(job.slot, idOf(job));
    }
  }
}

function idOf({ call }: Job): number {
  return call.args[0] as number;
}

const plan = fc.record({
  /** Of each job, whether it is stopped. */
  stops: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  takesBack: fc.nat(2),
  dies: fc.boolean(),
});

Deno.test("a job of a pool settles once and right, in whatever order it is sent, begun, taken back, stopped and lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), plan, async (scheduler, { stops, takesBack, dies }) => {
      const pool = new PlainPool(stops.length, (what) => scheduler.schedule(Promise.resolve(), what));
      const others = [
        ...stops.map((isStopped, id) => isStopped ? pool.stop(id) : undefined),
        ...Array.from({ length: takesBack }, () => pool.takeBack()),
        dies ? pool.loseWorker() : undefined,
      ];
      await scheduler.waitFor(Promise.all(others));
      await scheduler.waitIdle();
      for (const [id, found] of pool.outcomes.entries()) {
        const allowed = [id, ...(stops[id] ? [STOP] : []), ...(dies ? [CRASHED] : [])];
        assert(found.length === 1 && allowed.includes(found[0] as never), `${id}: ${Deno.inspect(found)}`);
      }
      for (const { ran } of pool.workers) assertEquals(ran.length, new Set(ran).size, "no worker runs an item twice");
      const { jobCount, freeCount, begunCount } = pool.board;
      assertEquals({ jobCount, freeCount, begunCount }, { jobCount: 0, freeCount: SLOTS, begunCount: 0 });
    }),
    { numRuns: runs(4_000, 50) },
  );
});
