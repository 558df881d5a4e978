import { assertEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import type { SqliteStatements } from "../../../src/cache/sqlite/sqlite_statements.ts";
import { SqliteSweeper } from "../../../src/cache/sqlite/sqlite_sweeper.ts";

/** A sweeper of a database without a row, and after which writes it looked for dead ones and counted all. */
function sweeperOf(maxEntries: number) {
  let writes = 0;
  const [looks, counts] = [[] as number[], [] as number[]];
  const noting = (list: number[]) => ({ get: () => (list.push(writes), { last: null, rows: 0 }) });
  const statements = { look: noting(looks), count: noting(counts), purgeOld: undefined };
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
