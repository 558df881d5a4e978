import { isTransient, opero } from "@opero/core";
import process from "node:process";
import postgres from "postgres";

const sql = postgres(process.env.DATABASE_URL ?? "postgres://localhost/postgres", { connect_timeout: 5 });

/** Writes a reading once, however often it is tried: its first attempt may have succeeded unheard. */
const save = opero(async function save(id: number, celsius: number): Promise<void> {
  await sql`insert into readings (id, celsius) values (${id}, ${celsius}) on conflict (id) do nothing`;
}, {
  retries: 100, // as many as the deadline allows
  retryOn: isTransient, // lost connections, a server that restarts, deadlocks; a wrong query is rethrown at once
  maxDelay: "2s",
  deadline: "1m", // for all attempts together
  concurrency: 10, // not more than the pool has connections
  timeout: "5s", // each attempt
});

let retries = 0;
save.events.on("retry", () => retries++);

await sql`create table if not exists readings (id int primary key, celsius int not null)`;
for (let id = 1; id <= 30; id++) {
  await save(id, 20 + id % 5);
  if (id % 10 === 0) console.log(`${id} readings`);
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const [row] = await sql`select count(*)::int as count from readings`;
console.log(`${row?.count} in the table, after ${retries} retries`);
await sql.end({ timeout: 1 }); // without a limit it may wait for a connection that was lost
