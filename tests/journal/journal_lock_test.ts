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
    assertEquals(namesBeside(path), []);
  });
});

/** To others a stopped process seems to have been silent for long. */
const longAfter = () => Date.now() + 3_000;

async function takenLock(path: string): Promise<JournalLock> {
  const lock = lockOf(path, longAfter);
  await lock.take();
  return lock;
}

/** Takes a lock, and gives it back, at once: a process that is stopped does nothing in between. */
async function takeAndRelease(path: string): Promise<void> {
  const lock = lockOf(path, longAfter);
  const taking = lock.take();
  lock.release();
  await taking;
  // It had to wait.
  lock.release();
}

/** What happens to the lock while a process that wants it is stopped between two steps; who has it then. */
const MEANWHILE: Readonly<Record<string, (path: string) => Promise<JournalLock | undefined>>> = {
  "another takes it": takenLock,
  "another takes it and gives it back": (path) => takeAndRelease(path).then(() => undefined),
  "another takes it and gives it back, and a third takes it": async (path) => {
    const first = takeAndRelease(path).catch(() => {});
    const third = await takenLock(path).catch(() => undefined);
    await first;
    return third;
  },
};

/** The files of a process, which counts its calls of them and is told of each before it is made. */
function watchedFs(before: (call: number) => void): FsModule {
  let calls = 0;
  return new Proxy(fs, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        before(calls++);
        return value.apply(fs, args);
      };
    },
  });
}

for (const isLeft of [true, false]) {
  for (const [name, happens] of Object.entries(MEANWHILE)) {
    const what = isLeft ? "of a process that is gone" : "that is free";
    Deno.test(`JournalLock.take() of a lock ${what} leaves others theirs wherever it is stopped while ${name}`, async () => {
      let steps = 0;
      for (let isOver = false; !isOver; steps++) {
        await withJournal(async (path) => {
          if (isLeft) leaveLock(path, { start: "1" });
          let other: Promise<JournalLock | undefined> | undefined;
          const stopped = watchedFs((call) => {
            if (call === steps) other = happens(path).catch(() => undefined);
          });
          const lock = lockOf(path, longAfter, stopped);
          const isTaken = await lock.take().then(() => true, () => false);
          isOver = other === undefined;
          const holder = await other;
          const place = `before step ${steps}`;
          assertEquals([holder?.beat() ?? false, lock.beat()], [holder !== undefined, isTaken], place);
          if (holder !== undefined) assert(!isTaken, place);
          else if (!isTaken) assert(await takenLock(path).then((free) => (free.release(), true)), place);
          holder?.release();
          lock.release();
          assertEquals(namesBeside(path), [], place);
        });
      }
      assert(steps > 5, `${steps} steps`);
    });
  }
}

/** Ends the process that made a lock with `token`: what it has made stays, and says that it was there. */
function endProcess(path: string, token: string): void {
  for (const name of namesBeside(path)) {
    const file = path.replace(/[^/]*$/, name);
    const text = Deno.readTextFileSync(file);
    if (!text.includes(`"token":"${token}"`)) continue;
    Deno.writeTextFileSync(file, JSON.stringify({ ...JSON.parse(text), start: "1", system: false }));
  }
}

Deno.test({
  name: "JournalLock.take() takes the lock wherever one or two others were killed that wanted it, and tidies up",
  // Who is killed closes no file.
  sanitizeResources: false,
  fn: async () => {
    let step = 0;
    for (let isOver = false; !isOver; step++) {
      for (const killed of [[step], [step, 12], [12, step], [step, step]]) {
        await withJournal(async (path) => {
          leaveLock(path, { start: "1" });
          for (const last of killed) {
            const dying = watchedFs((call) => {
              if (call >= last) throw new Error("killed");
            });
            isOver = await lockOf(path, longAfter, dying).take().then(() => true, () => false);
            endProcess(path, `token ${tokens}`);
          }
          const lock = await takenLock(path);
          assert(lock.beat(), `killed before step ${killed}`);
          assertEquals(namesBeside(path), ["run.jsonl.lock"], `killed before step ${killed}`);
          lock.release();
        });
      }
    }
    assert(step > 6, `${step} steps`);
  },
});

Deno.test("JournalLock.take() works where a file can have one name only", async () => {
  const single = new Proxy(fs, {
    get: (target, name) => {
      if (name !== "linkSync") return Reflect.get(target, name);
      return () => {
        throw Object.assign(new Error("operation not supported"), { code: "ENOTSUP" });
      };
    },
  });
  for (const isLeft of [true, false]) {
    await withJournal(async (path) => {
      if (isLeft) leaveLock(path, { start: "1" });
      const locks = Array.from({ length: 20 }, () => lockOf(path, Date.now, single));
      const taken = await Promise.allSettled(locks.map((lock) => lock.take()));
      assertEquals(taken.filter(({ status }) => status === "fulfilled").length, 1);
      assertEquals(locks.filter((lock) => lock.beat()).length, 1);
      for (const lock of locks) lock.release();
      assertEquals(namesBeside(path), []);
    });
  }
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
