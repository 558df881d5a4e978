import { isTransient, opero } from "@opero/core";
import process from "node:process";
import { createClient } from "redis";

const client = createClient({
  url: process.env.REDIS_URL ?? "redis://localhost:6379",
  disableOfflineQueue: true, // without a connection a command fails, and is tried again below
  socket: { reconnectStrategy: 200, connectTimeout: 5_000 },
});
client.on("error", () => {}); // the connection was lost: without a listener it ends the process
await client.connect();

/** Counts a visitor once, however often it is tried: its first attempt may have succeeded unheard. */
const visit = opero(async function visit(page: string, visitor: string): Promise<void> {
  await client.sAdd(`visitors:${page}`, visitor);
}, {
  retries: 100, // as many as the deadline allows
  retryOn: isTransient, // lost connections, a server that loads its data; a wrong command is rethrown at once
  maxDelay: "2s",
  deadline: "1m", // for all attempts together
  timeout: "2s", // each attempt
});

let retries = 0;
visit.events.on("retry", () => retries++);

for (let id = 1; id <= 30; id++) {
  await visit("home", `visitor-${id}`);
  if (id % 10 === 0) console.log(`${id} visits`);
  await new Promise((resolve) => setTimeout(resolve, 100));
}
console.log(`${await client.sCard("visitors:home")} visitors, after ${retries} retries`);
client.destroy();
