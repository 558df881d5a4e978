import process from "node:process";

type Start = new (...args: never[]) => object;

/** Counts the worker threads that this process starts from now on, whoever does it. */
export function countWorkerStarts(): () => number {
  const threads = process.getBuiltinModule("node:worker_threads") as unknown as { Worker: Start };
  let starts = 0;
  threads.Worker = new Proxy(threads.Worker, {
    construct(target, args, newTarget) {
      starts++;
      return Reflect.construct(target, args, newTarget);
    },
  });
  return () => starts;
}
