import { isTransient, opero } from "@opero/core";
import { createPool } from "mariadb";
import process from "node:process";

const { hostname, port, username, password, pathname } = new URL(
  process.env.DATABASE_URL ?? "mariadb://root@localhost:3306/test",
);
const pool = createPool({
  host: hostname,
  port: Number(port),
  user: username,
  password,
  database: pathname.slice(1),
  acquireTimeout: 500, // the retries wait for a server that is away, not the pool
});

/** Writes a reading once, however often it is tried: its first attempt may have succeeded unheard. */
const save = opero(async function save(id: number, celsius: number): Promise<void> {
  await pool.query("insert ignore into readings (id, celsius) values (?, ?)", [id, celsius]);
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

await pool.query("create table if not exists readings (id int primary key, celsius int not null)");
for (let id = 1; id <= 30; id++) {
  await save(id, 20 + id % 5);
  if (id % 10 === 0) console.log(`${id} readings`);
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const [row] = await pool.query("select cast(count(*) as int) as count from readings");
console.log(`${row.count} in the table, after ${retries} retries`);
await pool.end();
