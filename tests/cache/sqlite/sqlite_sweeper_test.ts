import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { DatabaseSync } from "node:sqlite";
import { openSqliteCache } from "../../../src/cache/sqlite/sqlite_cache.ts";
import type { SqliteStatements } from "../../../src/cache/sqlite/sqlite_statements.ts";
import { SqliteSweeper } from "../../../src/cache/sqlite/sqlite_sweeper.ts";
import { SystemClock } from "../../../src/time/system_clock.ts";

/** A sweeper of a database without a row, and after which writes it looked for dead ones and counted all. */
function sweeperOf(maxEntries: number) {
  let writes = 0;
  const [looks, counts] = [[] as number[], [] as number[]];
  const noting = (list: number[]) => ({ get: () => (list.push(writes), { last: null, rows: 0 }) });
  const statements = { look: noting(looks), count: noting(counts), purgeOld: [] };
  const sweeper = new SqliteSweeper(
    (use) => use(statements as unknown as SqliteStatements),
    maxEntries,
    new FakeClock(),
  );
  const write = (count: number) => {
    for (let i = 0; i < count; i++) {
      writes++;
      sweeper.onWritten();
    }
  };
  return { sweeper, write, looks, counts };
}

Deno.test("SqliteSweeper counts all rows once in a tenth of maxEntries writes, as to count is to go through them", () => {
  for (const [maxEntries, expected] of [[100, [1, 11, 21, 31]], [39, [1, 4, 7, 10]], [1, [1, 2, 3, 4]]] as const) {
    const { write, counts } = sweeperOf(maxEntries);
    write(40);
    assertEquals(counts.slice(0, 4), expected);
  }
});

Deno.test("SqliteSweeper looks for dead rows once in 256 writes at most, whatever maxEntries is, and counts none without", () => {
  for (const maxEntries of [Infinity, 1_000_000]) {
    const { write, looks, counts } = sweeperOf(maxEntries);
    write(600);
    assertEquals([looks, counts], [[1, 257, 513], maxEntries === Infinity ? [] : [1]]);
  }
});

Deno.test("SqliteSweeper does nothing once it was stopped", () => {
  const { sweeper, write, looks, counts } = sweeperOf(10);
  sweeper.stop();
  write(20);
  assertEquals([looks, counts], [[], []]);
});

/** Time flies: each step of a sweep takes so long that the loop has its turn after it, as on a busy machine. */
class HastyClock extends SystemClock {
  #nowMs = 0;

  override now(): number {
    return this.#nowMs += 5;
  }
}

Deno.test("SqliteSweeper counts again after a tenth more, also where writes go on during its sweeps", async () => {
  const db = new DatabaseSync(":memory:");
  const cache = openSqliteCache({ db, maxEntries: 100 }, { clock: new HastyClock(), warn: () => {} });
  const count = () => Number(db.prepare("SELECT count(*) AS rows FROM opero_cache_3").get()!.rows);
  for (let key = 0; key < 400; key++) {
    await cache.set(`key ${key}`, { value: key, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity });
    // At times several are written before the sweep has its turn.
    if (key % 7 === 0) await turns(3);
    if (key % 50 === 49) {
      await turns(40);
      assert(count() <= 110, `${count()} rows after ${key + 1} writes`);
    }
  }
  db.close();
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}
