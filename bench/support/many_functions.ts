/**
 * Uses as many functions as the second argument says in process mode, each for 8 items, twice; prints the times of both,
 * and the threads and the memory that the process has then over those before. The first argument says with what: the
 * library, or four bare workers to which the source of the function is sent.
 */
import { createOpero } from "@opero/core";

const WORKERS = 4;
const ITEMS = [1, 2, 3, 4, 5, 6, 7, 8];

type Use = (items: readonly number[]) => Promise<unknown>;

const work = (n: number) => n + 1;

function ownFunctions(count: number): Use[] {
  const { opmap } = createOpero();
  return Array.from({ length: count }, (_, n) => {
    const named = Object.defineProperty((item: number) => item + 1, "name", { value: `work${n}` });
    return opmap(named, { mode: "process", workers: WORKERS, progress: false });
  });
}

function bareFunctions(count: number): Use[] {
  const source = `onmessage = ({ data: [text, items] }) => postMessage(items.map((0, eval)(text)));`;
  const address = `data:text/javascript,${encodeURIComponent(source)}`;
  const workers: Worker[] = [];
  const ask = (index: number, item: number) =>
    new Promise((resolve) => {
      workers[index] ??= new Worker(address, { type: "module" });
      workers[index].onmessage = resolve;
      workers[index].postMessage([String(work), [item, item]]);
    });
  return Array.from({ length: count }, () => () => Promise.all(ITEMS.slice(0, WORKERS).map((n, i) => ask(i, n))));
}

function threadCount(): number {
  return Number(Deno.readTextFileSync("/proc/self/status").match(/^Threads:\s+(\d+)/m)![1]);
}

async function useAll(functions: readonly Use[]): Promise<number> {
  const startMs = performance.now();
  for (const use of functions) await use(ITEMS);
  return performance.now() - startMs;
}

const [name, count] = Deno.args;
const threadsBefore = threadCount();
const bytesBefore = Deno.memoryUsage().rss;
const functions = name === "opmap" ? ownFunctions(Number(count)) : bareFunctions(Number(count));
const firstMs = await useAll(functions);
const secondMs = await useAll(functions);
const megabytes = (Deno.memoryUsage().rss - bytesBefore) / 1e6;
console.log(JSON.stringify({ firstMs, secondMs, threads: threadCount() - threadsBefore, megabytes }));
Deno.exit();
