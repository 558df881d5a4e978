/** What bundlers make a bundle of: it prints, or sends where its page is from, what its calls and its pools came to. */
import { AllFailedError, currentCall, opero, opmap } from "@opero/core";

const options = { mode: "process", workers: 1, progress: false, retries: 0 };

const doubled = opmap((n) => 2 * n, options);

const tripled = opmap((n) => 3 * n + currentCall().index, { ...options, module: import.meta.url });

let runs = 0;

const flaky = opero((keys) => {
  if (++runs < 3) throw new Error("not yet");
  return `${keys[0]} at ${runs}`;
}, { minDelay: "1ms", argFallback: 0, cache: true, rateLimit: 1_000, timeout: "1m" });

const failing = opero(() => Promise.reject(new RangeError("no")), { retries: 0 });

async function runAll() {
  const outcomes = [
    await flaky(["a", "b"]),
    await failing().catch((error) => [error.name, error instanceof AllFailedError]),
    await doubled([1, 2]).catch(String),
    await tripled([1, 2]).catch(String),
  ];
  await Promise.all([doubled.close(), tripled.close()]);
  return JSON.stringify(outcomes);
}

// A worker imports the bundle as well, for the function that it finds by the module.
const threads = globalThis.process?.getBuiltinModule("node:worker_threads");
if ("document" in globalThis) await fetch("/results", { method: "POST", body: await runAll() });
else if (threads?.isMainThread) console.log(await runAll());
