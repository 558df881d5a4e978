import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JournalDurability } from "../../src/journal/journal_options.ts";
import { JournalWriter } from "../../src/journal/journal_writer.ts";
import type { FsModule } from "../../src/runtime/node_fs.ts";
import { RecordFile } from "../../src/runtime/record_file.ts";
import { requireFiles } from "../../src/runtime/require_files.ts";
import { withJournal } from "../support/temporary_journal.ts";

const fs = requireFiles("test");

/** A disk that is full after so many bytes, or fails to sync, and counts what it is asked for. */
function diskOf({ room = Infinity, syncError }: { room?: number; syncError?: Error }) {
  const calls = { writes: 0, syncs: 0 };
  let left = room;
  const disk: FsModule = Object.assign(Object.create(fs), {
    writeSync: (file: number, bytes: Uint8Array, offset: number, length: number, position: null) => {
      calls.writes++;
      if (left === 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      // A part fits in.
      const written = fs.writeSync(file, bytes, offset, Math.min(length, left), position);
      left -= written;
      return written;
    },
    fdatasync: (file: number, callback: (error: unknown) => void) => {
      calls.syncs++;
      fs.fdatasync(file, (error) => callback(syncError ?? error));
    },
  });
  return { disk, calls };
}

async function withWriter(
  path: string,
  fault: Parameters<typeof diskOf>[0],
  durability: JournalDurability,
  work: (writer: JournalWriter, calls: { writes: number; syncs: number }, failures: unknown[]) => Promise<void>,
): Promise<void> {
  const { disk, calls } = diskOf(fault);
  const file = new RecordFile(disk, path);
  const failures: unknown[] = [];
  try {
    await work(new JournalWriter({ file, durability, onFailure: (error) => failures.push(error) }), calls, failures);
  } finally {
    file.close();
  }
}

Deno.test("JournalWriter writes the lines of one turn at once, and syncs 64 of them together", async () => {
  await withJournal((path) =>
    withWriter(path, {}, "group", async (writer, calls) => {
      for (let i = 0; i < 63; i++) writer.write(`line ${i}\n`);
      assertEquals(calls, { writes: 0, syncs: 0 });
      await Promise.resolve();
      assertEquals(calls, { writes: 1, syncs: 0 });
      writer.write("line 63\n");
      await Promise.resolve();
      await Promise.resolve();
      assertEquals(calls, { writes: 2, syncs: 1 });
      await writer.finish();
      assertEquals(calls.syncs, 1, "nothing is left to sync");
      assertEquals(Deno.readTextFileSync(path).split("\n").length, 65);
    })
  );
});

Deno.test("JournalWriter syncs a single line within some time, and what is left at the end", async () => {
  await withJournal((path) =>
    withWriter(path, {}, "group", async (writer, calls) => {
      writer.write("line\n");
      for (let waitedMs = 0; calls.syncs === 0 && waitedMs < 5_000; waitedMs += 10) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assertEquals(calls, { writes: 1, syncs: 1 });
      writer.write("line\n");
      await writer.finish();
      assertEquals(calls, { writes: 2, syncs: 2 });
    })
  );
});

Deno.test('JournalWriter with "item" resolves once a line is safe, and those that come meanwhile share the next sync', async () => {
  await withJournal((path) =>
    withWriter(path, {}, "item", async (writer, calls) => {
      const first = writer.write("line 0\n");
      await Promise.resolve();
      await Promise.resolve();
      const others = Array.from({ length: 9 }, (_, i) => writer.write(`line ${i}\n`));
      await first;
      assertEquals(calls.syncs, 1);
      await Promise.all(others);
      assertEquals(calls.syncs, 2);
      await writer.finish();
    })
  );
});

for (const durability of ["group", "item"] as const) {
  Deno.test(`JournalWriter ("${durability}") on a full disk keeps what was written, whole, and fails once`, async () => {
    await withJournal((path) =>
      withWriter(path, { room: 25 }, durability, async (writer, calls, failures) => {
        const settled: PromiseSettledResult<void>[] = [];
        for (let i = 0; i < 5; i++) {
          // A run that has failed asks for no more than what is under way.
          settled.push(...await Promise.allSettled([writer.write(`line ${i} ..\n`)]));
        }
        if (durability === "item") {
          // What comes after a failure is not written, and not waited for.
          assertEquals(settled.map(({ status }) => status).slice(0, 3), ["fulfilled", "fulfilled", "rejected"]);
        }
        assertEquals(failures.map(String), ["Error: ENOSPC: no space left on device, write"]);
        await assertRejects(() => writer.finish(), Error, "ENOSPC");
        assertEquals(Deno.readTextFileSync(path), "line 0 ..\nline 1 ..\n");
        assert(calls.writes <= 4, `${calls.writes} writes`);
      })
    );
  });

  Deno.test(`JournalWriter ("${durability}") fails where the disk cannot sync`, async () => {
    await withJournal((path) =>
      withWriter(
        path,
        { syncError: new Error("EIO: i/o error, fdatasync") },
        durability,
        async (writer, _, failures) => {
          const written = writer.write("line\n");
          if (written !== undefined) await assertRejects(() => written, Error, "EIO");
          await assertRejects(() => writer.finish(), Error, "EIO");
          assertEquals(failures.length, 1);
        },
      )
    );
  });
}
