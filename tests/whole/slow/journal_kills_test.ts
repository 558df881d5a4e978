import { assert, assertEquals } from "@std/assert";
import { isNightly } from "../../support/runs.ts";
import { printSeed } from "../../support/seed.ts";
import { jobItems, jobResults } from "../../support/journal_job.ts";
import { startJournalJob } from "../../support/start_journal_job.ts";
import { namesBeside, recordsIn, withJournal } from "../../support/temporary_journal.ts";
import { seededRandom } from "../../../src/testing/seeded_random.ts";

const KILLS = isNightly ? 1_000 : 60;
const ITEMS = 1_000;
const WORKERS = 8;
/** A run is killed so many milliseconds, or fewer, after it has begun its first item; or sometimes before that. */
const MAX_LIFE_MS = 60;

Deno.test(`a run that is killed ${KILLS} times comes to what an undisturbed one comes to`, async () => {
  const random = seededRandom(printSeed());
  let kills = 0;
  while (kills < KILLS) await withJournal(async (path) => void (kills += await killUntilDone(path, random)));
});

/** Kills and starts a job until it is done; returns how many times it was killed. */
async function killUntilDone(path: string, random: () => number): Promise<number> {
  for (let kills = 0;; kills++) {
    const job = startJournalJob(path, ITEMS, WORKERS, 3);
    // Some are killed while they start, open the journal, or take over its lock.
    if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve, 500 * random()));
    else assertEquals(await job.line(), "begun");
    await new Promise((resolve) => setTimeout(resolve, MAX_LIFE_MS * random()));
    // The last one is left to end by itself.
    if (kills < 25 && recordsBy(path) < ITEMS - 2 * WORKERS) {
      await job.kill();
      continue;
    }
    let results: string | undefined;
    for (let line = await job.line(); line !== undefined; line = await job.line()) results = line;
    await job.ended();
    assertEquals(results, JSON.stringify(jobResults(ITEMS)));
    const runs = Deno.readTextFileSync(`${path}.runs`).trimEnd().split("\n").length;
    assert(runs <= ITEMS + kills * WORKERS, `${runs} runs of ${ITEMS} items after ${kills} kills`);
    assertEquals(recordsIn(path).length, ITEMS);
    assertEquals(namesBeside(path), ["run.jsonl", "run.jsonl.runs"]);
    return kills;
  }
}

function recordsBy(path: string): number {
  try {
    return Deno.readTextFileSync(path).split("\n").length;
  } catch {
    return 0;
  }
}

Deno.test("of many processes that want the journal of one that was killed, one has it, and the others say which", async () => {
  for (let round = 0; round < (isNightly ? 40 : 4); round++) {
    await withJournal(async (path) => {
      const killed = startJournalJob(path, ITEMS, WORKERS, 50);
      assertEquals(await killed.line(), "begun");
      await killed.kill();
      assert(namesBeside(path).includes("run.jsonl.lock"), "the lock of a process that was killed is left");
      const before = Deno.readTextFileSync(`${path}.runs`).trimEnd().split("\n").length;
      // The one that has it goes on until the last has come.
      const gate = `${path}.gate`;
      const jobs = Array.from({ length: 5 }, () => startJournalJob(path, 200, WORKERS, 5, gate));
      const lines = await Promise.all(jobs.map((job) => job.line()));
      Deno.writeTextFileSync(gate, "");
      await Promise.all(jobs.map((job) => job.ended()));
      Deno.removeSync(gate);
      const winners = jobs.filter((_, i) => lines[i] === "begun");
      assertEquals(winners.length, 1, lines.join("\n"));
      const refusals = lines.filter((line) => line !== "begun");
      for (const line of refusals) assert(line?.includes(`a run of process ${winners[0]!.pid} has it since 2`), line);
      const runs = Deno.readTextFileSync(`${path}.runs`).trimEnd().split("\n").length;
      assert(runs <= before + 200, `${runs} runs`);
      assertEquals(namesBeside(path), ["run.jsonl", "run.jsonl.runs"]);
      assertEquals(jobItems(200).length, new Set(recordsIn(path).map(({ k }) => k)).size);
    });
  }
});
