import { assert, assertEquals, assertRejects } from "@std/assert";
import { JournalError } from "@opero/core";
import { JournalLock } from "../../src/journal/journal_lock.ts";
import { ownIdentity } from "../../src/runtime/process_identity.ts";
import type { FsModule } from "../../src/runtime/node_fs.ts";
import { requireFiles } from "../../src/runtime/require_files.ts";
import { namesBeside, withJournal } from "../support/temporary_journal.ts";

const fs = requireFiles("test");
let tokens = 0;

function lockOf(path: string, nowMs: () => number = Date.now, fsOfLock: FsModule = fs): JournalLock {
  return new JournalLock({
    fs: fsOfLock,
    path,
    nowMs,
    fail: (reason) => new JournalError(reason),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    token: `token ${++tokens}`,
  });
}

/** The lock of a process that is not, or not here: what it would have written. */
function leaveLock(path: string, holder: Record<string, unknown>): void {
  const text = JSON.stringify({
    ...ownIdentity(),
    since: "2026-11-25T22:00:00.000Z",
    token: "left",
    system: false,
    ...holder,
  });
  Deno.writeTextFileSync(`${path}.lock`, text);
}

/** A process that was there, and is no more. */
async function endedProcess(): Promise<number> {
  const child = new Deno.Command("true").spawn();
  await child.status;
  return child.pid;
}

Deno.test("JournalLock.take() refuses what is taken, and says who has it", async () => {
  await withJournal(async (path) => {
    const [first, second] = [lockOf(path), lockOf(path)];
    await first.take();
    assertEquals(Deno.statSync(`${path}.lock`).mode! & 0o777, 0o600);
    const error = await assertRejects(() => second.take(), JournalError, "a run of this process has it since ");
    assert(/since \d{4}-\d\d-\d\dT[\d:.]+Z$/.test(error.message), error.message);
    second.release();
    await assertRejects(() => second.take(), JournalError);
    assert(first.beat());
    first.release();
    await second.take();
    first.release();
    assert(second.beat(), "who has no lock gives none back");
    second.release();
    assertEquals(namesBeside(path), []);
  });
});

Deno.test("JournalLock.take() takes over the lock of a process that is gone", async () => {
  const own = ownIdentity();
  const gone: Record<string, unknown>[] = [
    { pid: await endedProcess(), start: "1" },
    { pid: Deno.pid, start: "1" },
    { pid: 1, start: "1" },
    { pid: 1, realm: `another-boot ${own.realm.split(" ")[1]}` },
    { pid: Deno.pid, system: true },
  ];
  for (const holder of gone) {
    await withJournal(async (path) => {
      leaveLock(path, holder);
      const lock = lockOf(path);
      await lock.take();
      assert(lock.beat());
      lock.release();
      assertEquals(namesBeside(path), []);
    });
  }
});

Deno.test("JournalLock.take() refuses the lock of a process that is there, or may be", async () => {
  const own = ownIdentity();
  const there: [Record<string, unknown>, string][] = [
    [{}, "a run of this process has it since 2026-11-25T22:00:00.000Z"],
    [{ host: "other" }, `a run of process ${Deno.pid} on "other" has it since 2026-11-25T22:00:00.000Z`],
    [
      { pid: 7, realm: `${own.realm.split(" ")[0]} pid:[1]` },
      "a run of process 7 has it since 2026-11-25T22:00:00.000Z",
    ],
  ];
  for (const [holder, message] of there) {
    await withJournal(async (path) => {
      leaveLock(path, holder);
      await assertRejects(() => lockOf(path).take(), JournalError, message);
      assertEquals(namesBeside(path), ["run.jsonl.lock"]);
    });
  }
});

Deno.test("JournalLock.take() takes over a lock that was silent for a minute where nothing is known of its process", async () => {
  await withJournal(async (path) => {
    leaveLock(path, { host: "other" });
    const lock = lockOf(path, () => Date.now() + 61_000);
    await lock.take();
    lock.release();
    leaveLock(path, {});
    await assertRejects(() => lockOf(path, () => Date.now() + 61_000).take(), JournalError, "this process");
  });
});

Deno.test("JournalLock.beat() says that the lock was lost to another, and does not write into that", async () => {
  await withJournal(async (path) => {
    const lock = lockOf(path);
    await lock.take();
    leaveLock(path, { token: "of another" });
    const text = Deno.readTextFileSync(`${path}.lock`);
    assertEquals(lock.beat(), false);
    lock.release();
    assertEquals(Deno.readTextFileSync(`${path}.lock`), text);
    Deno.removeSync(`${path}.lock`);
    assertEquals(lock.beat(), false);
  });
});

Deno.test("JournalLock.take() gets past what a process left that ended while it took a lock, or took one over", async () => {
  await withJournal(async (path) => {
    const later = () => Date.now() + 3_000;
    Deno.writeTextFileSync(`${path}.lock`, "");
    const first = lockOf(path, later);
    await first.take();
    first.release();
    leaveLock(path, { start: "1" });
    Deno.writeTextFileSync(`${path}.lock.takeover`, "");
    const lock = lockOf(path, later);
    await lock.take();
    assertEquals(namesBeside(path), ["run.jsonl.lock"]);
    lock.release();
  });
});

Deno.test("JournalLock.take() gives the lock of a process that is gone to one of many", async () => {
  for (let round = 0; round < 20; round++) {
    await withJournal(async (path) => {
      leaveLock(path, { start: "1" });
      const locks = Array.from({ length: 20 }, () => lockOf(path));
      const taken = await Promise.allSettled(locks.map((lock) => lock.take()));
      assertEquals(taken.filter(({ status }) => status === "fulfilled").length, 1);
      assertEquals(locks.filter((lock) => lock.beat()).length, 1);
      for (const lock of locks) lock.release();
      assertEquals(namesBeside(path), []);
    });
  }
});

Deno.test("JournalLock.take() does not take another that looks for the holder for the holder", async () => {
  await withJournal(async (path) => {
    leaveLock(path, { pid: await endedProcess(), start: "1", system: true });
    using looked = Deno.openSync(`${path}.lock`, { read: true, write: true });
    assert(looked.tryLockSync(false));
    const lock = lockOf(path);
    await lock.take();
    assert(lock.beat());
    lock.release();
    assertEquals(namesBeside(path), []);
  });
});

Deno.test("JournalLock.take() names who took the lock of a process that is gone, and never that process", async () => {
  await withJournal(async (path) => {
    leaveLock(path, { pid: 1, start: "1", system: true });
    const winner = lockOf(path);
    const read: typeof fs.readFileSync = fs.readFileSync;
    let reads = 0;
    // Who is gone still stands in what the loser has read when the winner takes the lock.
    const lateFs = {
      ...fs,
      readFileSync: (...args: Parameters<typeof read>) => {
        const text = read(...args);
        if (reads++ === 0) void winner.take();
        return text;
      },
    };
    const loser = lockOf(path, Date.now, lateFs);
    await assertRejects(() => loser.take(), JournalError, "a run of this process has it since 2");
    assert(reads > 1);
    assert(winner.beat());
    winner.release();
  });
});
