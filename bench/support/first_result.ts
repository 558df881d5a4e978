/** Prints how many milliseconds a pool takes from its making to its first result, what it loads included. The argument says which. */
import { bareThreads, POOLS } from "./pools.ts";

const [name] = Deno.args;
const make = name === "two bare worker_threads" ? bareThreads : POOLS[name!]!;
const startMs = performance.now();
const pool = await make();
await pool.run([1]);
console.log(JSON.stringify({ ms: performance.now() - startMs }));
Deno.exit();
