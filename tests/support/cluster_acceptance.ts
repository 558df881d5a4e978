/** What callers and workers in processes of their own have to come through, whatever the broker is. */
import { type AllFailedError, configureLogging, type MapError, WorkerError } from "@opero/core";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CallerProcess } from "./caller_process.ts";
import { type JobItem, openJob } from "./cluster_job.ts";
import { isNightly } from "./runs.ts";
import { printSeed } from "./seed.ts";
import { until } from "./until.ts";
import { WorkerProcesses } from "./worker_processes.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

/** A broker that can be hurt. */
export interface HurtBroker extends AsyncDisposable {
  readonly url: string;
  kill(): Promise<void>;
  restart(options?: { readonly isEmpty?: boolean }): Promise<void>;
  /** Lets it lose all that it has. */
  forget(): Promise<void>;
  /** How many frames and results it still has. */
  left(): Promise<number>;
}

/** Where the tests are registered. */
export interface ClusterAcceptance {
  readonly name: string;
  readonly ignore: boolean;
  readonly start: () => Promise<HurtBroker>;
}

/** How often something is killed, and how many items run meanwhile, a minute of work in the nightly run. */
const KILLS = isNightly ? 24 : 4;
const KILLED_ITEMS = isNightly ? 12_000 : 2_000;

/** As many items as may be in flight over three workers of ten slots, with room. */
const IN_FLIGHT = 200;

const items = (count: number, ms: number): JobItem[] => Array.from({ length: count }, (_, n) => ({ n, ms }));
const doubled = (count: number) => Array.from({ length: count }, (_, n) => 2 * n);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A broker, workers and what they record. */
class Scene implements AsyncDisposable {
  private constructor(
    readonly broker: HurtBroker,
    readonly record: string,
    readonly workers: WorkerProcesses,
  ) {}

  static async open(acceptance: ClusterAcceptance, count: number, slots = 10): Promise<Scene> {
    const broker = await acceptance.start();
    const record = await Deno.makeTempFile();
    const workers = new WorkerProcesses({ url: broker.url, version: "1", lease: "2s", record }, slots);
    await Promise.all(Array.from({ length: count }, () => workers.start()));
    return new Scene(broker, record, workers);
  }

  job(options: Record<string, unknown> = {}) {
    return openJob({ url: this.broker.url }, options);
  }

  /** How often each item began. */
  async runs(): Promise<Map<number, number>> {
    const runs = new Map<number, number>();
    for (const line of (await Deno.readTextFile(this.record)).split("\n").filter((each) => each !== "")) {
      const n = parseInt(line);
      runs.set(n, (runs.get(n) ?? 0) + 1);
    }
    return runs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.workers[Symbol.asyncDispose]();
    await this.broker[Symbol.asyncDispose]();
    await Deno.remove(this.record);
  }
}

/** Registers the tests. */
export function testCluster(acceptance: ClusterAcceptance): void {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${acceptance.name}: ${name}`, ignore: acceptance.ignore, fn });

  test("the items of a worker that is killed run again, none more than twice", async () => {
    await using scene = await Scene.open(acceptance, 2);
    await using job = scene.job();
    const working = job(items(200, 100));
    await until(async () => (await scene.runs()).size > 40);
    await scene.workers.end("SIGKILL");
    assertEquals(await working, doubled(200));
    const runs = [...(await scene.runs()).values()];
    assert(runs.every((count) => count <= 2), `${runs}`);
    await until(async () => await scene.broker.left() === 0);
  });

  test("a worker that is asked to end gives back what it has, and no item runs twice", async () => {
    await using scene = await Scene.open(acceptance, 2);
    await using job = scene.job();
    const working = job(items(200, 100));
    await until(async () => (await scene.runs()).size > 40);
    await scene.workers.end("SIGTERM");
    assertEquals(await working, doubled(200));
    assertEquals(scene.workers.codes, [0]);
    assertEquals(new Set((await scene.runs()).values()), new Set([1]));
  });

  test("a broker that is killed and comes back loses nothing, with one warning and one line after it", async () => {
    await using scene = await Scene.open(acceptance, 2);
    await using job = scene.job();
    const lines: string[] = [];
    const restore = configureLogging({ level: "warning", sink: (line) => lines.push(line) });
    const working = job(items(300, 50));
    await until(async () => (await scene.runs()).size > 40);
    await scene.broker.kill();
    await wait(1_000);
    await scene.broker.restart();
    assertEquals(await working, doubled(300));
    restore();
    const count = (text: string) => lines.filter((line) => line.includes(text)).length;
    assert(count("does not answer") <= 1 && count("answers again") === count("does not answer"), lines.join("\n"));
  });

  const forgetting: Record<string, (broker: HurtBroker) => Promise<void>> = {
    "forgets": (broker) => broker.forget(),
    "is started anew, empty": async (broker) => {
      await broker.kill();
      await broker.restart({ isEmpty: true });
    },
  };
  for (const [how, forget] of Object.entries(forgetting)) {
    test(`a broker that ${how} is sent again what is not settled`, async () => {
      await using scene = await Scene.open(acceptance, 2);
      await using job = scene.job();
      const working = job(items(300, 50));
      await until(async () => (await scene.runs()).size > 40);
      await forget(scene.broker);
      assertEquals(await working, doubled(300));
    });
  }

  for (const poison of [[7], [7, 8]]) {
    test(`items that kill their worker fail, and no other does: ${poison}`, async () => {
      await using scene = await Scene.open(acceptance, 2);
      scene.workers.isRestarting = true;
      await using job = scene.job();
      const all = items(40, 20).map((item) => ({ ...item, kills: poison.includes(item.n) }));
      const error: MapError = await assertRejects(() => job(all));
      assertEquals(error.errors.map(({ index }) => index), poison);
      for (const { error: each } of error.errors) {
        const cause = (each as AllFailedError).cause as WorkerError;
        assert(cause instanceof WorkerError);
        assertEquals(cause.crashes, 3);
      }
      assertEquals(error.results, doubled(40).map((value, n) => poison.includes(n) ? undefined : value));
    });
  }

  test("an abort ends all at once, begins nothing more, and leaves the broker empty", async () => {
    await using scene = await Scene.open(acceptance, 2);
    const job = scene.job();
    const controller = new AbortController();
    const working = job(items(2_000, 100), { signal: controller.signal });
    await until(async () => (await scene.runs()).size > 40);
    const beganMs = performance.now();
    controller.abort(new Error("enough"));
    await assertRejects(() => working, Error, "enough");
    assert(performance.now() - beganMs < 5_000);
    await wait(1_000);
    const { size } = await scene.runs();
    await job.close();
    await until(async () => await scene.broker.left() === 0);
    assertEquals((await scene.runs()).size, size);
    assert(size < 1_000);
  });

  test("callers of one task, and versions, do not meet", async () => {
    await using scene = await Scene.open(acceptance, 2);
    await using next = new WorkerProcesses(
      { url: scene.broker.url, version: "2", lease: "2s", record: scene.record },
      10,
    );
    await next.start();
    await using one = scene.job();
    await using other = scene.job();
    await using newer = openJob({ url: scene.broker.url, version: "2" });
    const all = items(100, 5);
    const shifted = all.map((item) => ({ ...item, n: item.n + 1_000 }));
    const results = await Promise.all([one(all), other(shifted), newer(all)]);
    assertEquals(results, [doubled(100), shifted.map(({ n }) => 2 * n), doubled(100)]);
    const versions = (await Deno.readTextFile(scene.record)).trim().split("\n").map((line) => line.split(" ")[1]);
    assertEquals(versions.filter((version) => version === "2").length, 100);
  });

  test("random kills of workers and the broker leave every item with its result", async () => {
    const random = seededRandom(printSeed());
    await using scene = await Scene.open(acceptance, 3);
    scene.workers.isRestarting = true;
    await using job = scene.job({ maxCrashesPerItem: 50 });
    let isOver = false;
    const hurting = (async () => {
      for (let times = 0; times < KILLS && !isOver; times++) {
        await wait(1_500 + 2_000 * random());
        if (random() < 0.6) await scene.workers.end("SIGKILL");
        else {
          await scene.broker.kill();
          await scene.broker.restart({ isEmpty: random() < 0.3 });
        }
      }
    })();
    assertEquals(await job(items(KILLED_ITEMS, 150)), doubled(KILLED_ITEMS));
    isOver = true;
    await hurting;
  });

  test("random kills of workers, the broker and the caller, who has a journal, leave every item with its result", async () => {
    const random = seededRandom(printSeed());
    await using scene = await Scene.open(acceptance, 3);
    scene.workers.isRestarting = true;
    const directory = await Deno.makeTempDir();
    const journal = `${directory}/run.jsonl`;
    const caller = new CallerProcess({ url: scene.broker.url, journal, items: KILLED_ITEMS, ms: 150 });
    for (let times = 0; times < KILLS && !caller.isOver; times++) {
      await wait(1_500 + 2_000 * random());
      const victim = times === 0 ? 1 : random();
      if (victim > 0.5) caller.kill();
      else if (victim > 0.2) await scene.workers.end("SIGKILL");
      else {
        await scene.broker.kill();
        await scene.broker.restart({ isEmpty: random() < 0.3 });
      }
    }
    assertEquals(await caller.results, doubled(KILLED_ITEMS));
    assert(caller.kills > 0, "a caller was killed while it ran");
    const records = (await Deno.readTextFile(journal)).trim().split("\n").slice(1).map((line) => JSON.parse(line));
    assertEquals([records.length, records.filter(({ s }) => s !== "ok")], [KILLED_ITEMS, []]);
    // What a caller's death, or a broker's, lets run in vain is what was in flight: twice the slots of the workers, and its frames.
    const total = [...(await scene.runs()).values()].reduce((sum, count) => sum + count, 0);
    assert(total <= KILLED_ITEMS + KILLS * IN_FLIGHT, `${total} executions`);
    await Deno.remove(directory, { recursive: true });
  });
}
