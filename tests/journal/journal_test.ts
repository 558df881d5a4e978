import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { JournalError } from "@opero/core";
import type { Journal } from "../../src/journal/journal.ts";
import type { JournalRecord } from "../../src/journal/journal_record.ts";
import { openJournal } from "../../src/journal/open_journal.ts";
import type { FsModule } from "../../src/runtime/node_fs.ts";
import { requireFiles } from "../../src/runtime/require_files.ts";
import { namesBeside, recordsIn, withJournal } from "../support/temporary_journal.ts";

const fs = requireFiles("test");

function open(
  path: string,
  files: FsModule = fs,
  isStopped = () => false,
  onFailure = (error: JournalError): void => {
    throw error;
  },
): Promise<Journal> {
  return openJournal({
    fs: files,
    path,
    durability: "group",
    onMismatch: "error",
    header: { task: "load", version: undefined, keyed: "item", at: "2026-11-25T22:00:00.000Z" },
    task: 'map "load"',
    nowMs: Date.now,
    token: crypto.randomUUID(),
    isStopped,
    onFailure,
  });
}

function record(place: number, value: number): JournalRecord {
  const key = String(place).padStart(22, "k");
  const facts = { key, attempts: 1, atMs: 1, durationMs: 1, waitedMs: 0 };
  return { ...facts, status: "ok", value: { form: "v", json: String(value) } };
}

/** A journal with one record, the value of which is 0. */
async function writeOne(path: string): Promise<void> {
  const journal = await open(path);
  journal.write(record(1, 0));
  await journal.close(false);
}

/** The files of the runtime, with a list of what is asked of them that makes something safe, or gives a name. */
function watchedFiles(): { readonly files: FsModule; readonly calls: string[] } {
  const calls: string[] = [];
  const files: FsModule = Object.assign(Object.create(fs), {
    fdatasync: (file: number, callback: (error: unknown) => void) => {
      calls.push("sync");
      fs.fdatasync(file, callback);
    },
    fsyncSync: (file: number) => {
      calls.push("sync names");
      fs.fsyncSync(file);
    },
    renameSync: (from: string, to: string) => {
      calls.push("rename");
      fs.renameSync(from, to);
    },
  });
  return { files, calls };
}

Deno.test("Journal is safe where it is new, where it is closed, and before it takes the place of a longer one", async () => {
  await withJournal(async (path) => {
    const { files, calls } = watchedFiles();
    const journal = await open(path, files);
    assertEquals(calls.splice(0), ["sync", "sync names"]);
    journal.write(record(1, 1));
    await journal.close(false);
    assertEquals(calls.splice(0), ["sync"]);
    for (const isHurried of [true, false]) {
      const next = await open(path, files);
      assertEquals(calls.splice(0), []);
      for (let value = 0; value < 2; value++) next.write(record(1, value));
      await next.close(isHurried);
      // One that is ended keeps its user waiting for nothing that the next can do.
      assertEquals(calls.splice(0), isHurried ? ["sync"] : ["sync", "sync", "rename", "sync names"]);
    }
    assertEquals(recordsIn(path).map(({ v }) => v), [1]);
  });
});

Deno.test("Journal.write() after the close writes nothing", async () => {
  await withJournal(async (path) => {
    const journal = await open(path);
    journal.write(record(1, 1));
    const closing = journal.close(false);
    journal.write(record(2, 2));
    await closing;
    journal.write(record(3, 3));
    await journal.close(false);
    assertEquals(recordsIn(path).map(({ v }) => v), [1]);
  });
});

Deno.test("openJournal() removes what a process left that ended while it made the journal shorter", async () => {
  await withJournal(async (path) => {
    await writeOne(path);
    Deno.writeTextFileSync(`${path}.compact`, "a part of a journal");
    const journal = await open(path);
    assertEquals(namesBeside(path), ["run.jsonl", "run.jsonl.lock"]);
    Deno.writeTextFileSync(`${path}.compact`, "of another");
    for (let value = 1; value < 3; value++) journal.write(record(1, value));
    await journal.close(false);
    assertEquals(namesBeside(path), ["run.jsonl"]);
    assertEquals(recordsIn(path).map(({ v }) => v), [2]);
  });
});

Deno.test("openJournal() that is no longer wanted reads no more, and gives the lock back", async () => {
  await withJournal(async (path) => {
    const journal = await open(path);
    for (let place = 0; place < 20_000; place++) journal.write(record(place, place));
    await journal.close(true);
    let asked = 0;
    const opening = open(path, fs, () => ++asked > 5_000);
    await assertRejects(() => opening, JournalError, "its run was stopped before it was read");
    assertEquals([asked, namesBeside(path)], [5_001, ["run.jsonl"]]);
  });
});

Deno.test("Journal that cannot be made shorter stays as it is", async () => {
  await withJournal(async (path) => {
    await writeOne(path);
    let renamed = 0;
    const files: FsModule = Object.assign(Object.create(fs), {
      renameSync: () => {
        renamed++;
        throw new Error("EPERM: operation not permitted, rename");
      },
    });
    const journal = await open(path, files);
    for (let value = 1; value < 3; value++) journal.write(record(1, value));
    await journal.close(false);
    assertEquals([renamed, recordsIn(path).map(({ v }) => v)], [1, [0, 1, 2]]);
    assertEquals(namesBeside(path), ["run.jsonl"]);
  });
});

/** Opens a journal, does `change` to it, and lets it beat; returns what failed by then, and how many beats it waits for. */
async function beatAfter(path: string, change: () => void): Promise<{ failed: string[]; isOver: boolean }> {
  const beats: (() => void)[] = [];
  const failed: string[] = [];
  const setReal = globalThis.setTimeout;
  const setBeat = (callback: () => void, ms: number) => ms < 10_000 ? setReal(callback, ms) : beats.push(callback) && 0;
  Object.assign(globalThis, { setTimeout: setBeat });
  try {
    const journal = await open(path, fs, () => false, ({ message }) => failed.push(message));
    change();
    const [beat] = beats.splice(0);
    beat!();
    await journal.close(true);
  } finally {
    Object.assign(globalThis, { setTimeout: setReal });
  }
  return { failed, isOver: beats.length === 0 };
}

Deno.test("Journal notices with its next beat that it was removed, or that its lock was lost", async () => {
  await withJournal(async (path) => {
    assertEquals(await beatAfter(path, () => {}), { failed: [], isOver: false });
    const removed = await beatAfter(path, () => Deno.removeSync(path));
    assertEquals([removed.failed.length, removed.isOver], [1, true]);
    assertMatch(removed.failed[0]!, /it was removed or changed while it was in use$/);
    const unlocked = await beatAfter(path, () => Deno.removeSync(`${path}.lock`));
    assertEquals([unlocked.failed.length, unlocked.isOver], [1, true]);
    assertMatch(unlocked.failed[0]!, /its lock was removed, or taken over by another run$/);
  });
});
