import { assertEquals, assertStringIncludes } from "@std/assert";
import { configureLogging, createOpero, progress } from "@opero/core";
import { FakeClock } from "@opero/core/testing";

/** What `work` writes to a terminal of 120 columns. */
async function onTerminal(
  work: (written: string[], clock: FakeClock) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const own = Object.getOwnPropertyDescriptors(Deno);
  const written: string[] = [];
  const decoder = new TextDecoder();
  const writeSync = (bytes: Uint8Array) => (written.push(plain(decoder.decode(bytes))), bytes.length);
  // Not the environment itself, which is that of other test files, too.
  const variables = new Map(Object.entries({ TERM: "xterm", ...env }));
  const fakes = {
    stderr: { isTerminal: () => true, writeSync },
    consoleSize: () => ({ columns: 120, rows: 24 }),
    env: { get: (name: string) => variables.get(name) },
  };
  for (const [name, value] of Object.entries(fakes)) Object.defineProperty(Deno, name, { value, configurable: true });
  try {
    await work(written, new FakeClock());
  } finally {
    Object.defineProperties(Deno, { stderr: own.stderr, consoleSize: own.consoleSize, env: own.env });
  }
}

function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- the colour codes themselves
  return text.replace(/\x1b\[\d+m/g, "");
}

/** The bar as it is drawn anew beside a line. */
function redrawn(written: readonly string[]): string {
  const { error } = console;
  console.error = () => {};
  progress.log("a line");
  console.error = error;
  return written.at(-1)!;
}

const BUSY = Object.assign(new Error("busy"), { retryAfter: 42 });

Deno.test("the bar tells what all items wait for, and counts those that were retried, cached and failed", async () => {
  await onTerminal(async (written, clock) => {
    const { opmap } = createOpero({ clock, jitter: "none" });
    const attempts = new Map<number, number>();
    const load = opmap(async function load(id: number) {
      attempts.set(id, (attempts.get(id) ?? 0) + 1);
      if (id === 3) throw new TypeError("no");
      if (id === 2 && attempts.get(id) === 1) throw BUSY;
      return await Promise.resolve(id);
    }, { cache: true, workers: 1, onError: "return", retryOn: (error) => error === BUSY });
    await load([1], { progress: false });
    const run = load([1, 2, 3]);
    await clock.tick("100ms");
    assertStringIncludes(written.at(-1)!, "load  ");
    assertStringIncludes(written.at(-1)!, "1/3 33%  1 cached  ");
    assertStringIncludes(written.at(-1)!, "waiting 42 s: Retry-After");
    await clock.tick("42s");
    await run;
    assertStringIncludes(written.join(""), "3/3 100%  1 failed  1 retried  1 cached");
    assertEquals(clock.pending, 0);
  });
});

Deno.test("the bar tells that all items wait for the rate limit", async () => {
  await onTerminal(async (written, clock) => {
    const { opmap } = createOpero({ clock });
    const run = opmap((n: number) => n, { rateLimit: { limit: 1, per: "1m" }, workers: 2 })([1, 2, 3]);
    await clock.tick("100ms");
    assertStringIncludes(written.at(-1)!, "waiting 60 s: rate limit");
    await clock.tick("2m");
    assertEquals(await run, [1, 2, 3]);
  });
});

Deno.test("the bar tells that a server has paused the rate limit for all items, and the limit once that is over", async () => {
  await onTerminal(async (written, clock) => {
    const { opmap } = createOpero({ clock, jitter: "none" });
    let attempts = 0;
    const load = opmap((n: number) => {
      if (++attempts === 1) throw BUSY;
      return n;
    }, { rateLimit: { limit: 2, per: "1m" }, workers: 3, retryOn: (error) => error === BUSY });
    const run = load([1, 2, 3]);
    await clock.tick("2s");
    assertStringIncludes(redrawn(written), "waiting 40 s: Retry-After");
    await clock.tick("39s");
    assertStringIncludes(redrawn(written), "waiting 1 s: Retry-After");
    await clock.tick("9s");
    assertStringIncludes(redrawn(written), "waiting 22 s: rate limit");
    await clock.tick("2m");
    assertEquals(await run, [1, 2, 3]);
  });
});

Deno.test("the bar stays below lines of the log, of a warning and of progress.log()", async () => {
  await onTerminal(async (written, clock) => {
    const { opmap } = createOpero({ clock });
    const item = Promise.withResolvers<number>();
    const run = opmap((_n: number) => item.promise)([1]);
    await clock.tick("100ms");
    const [error, warn] = [console.error, console.warn];
    console.error = console.warn = (line: string) => void written.push(`${line}\n`);
    const restore = configureLogging({ format: ({ message }) => message });
    try {
      progress.log("a picture is missing");
      const clear = "\r\x1b[J";
      assertEquals(written.slice(-3, -1), [clear, "a picture is missing\n"]);
      assertStringIncludes(written.at(-1)!, "0/1 0%");
    } finally {
      [console.error, console.warn] = [error, warn];
      restore();
    }
    item.resolve(1);
    await run;
  });
});

for (const env of [{ TERM: "dumb" }, { CI: "true" }]) {
  Deno.test(`a terminal with ${JSON.stringify(env)} gets one plain line at the end`, async () => {
    await onTerminal(async (written, clock) => {
      const { opmap } = createOpero({ clock });
      const run = opmap((n: number) => clock.sleep(n).then(() => n), { workers: 1 })([700, 700]);
      await clock.tick("700ms");
      await clock.tick("700ms");
      await run;
      assertEquals(written.length, 1);
      assertStringIncludes(written[0]!, "2/2 100%, 1.4/s, 0:01 elapsed\n");
    }, env);
  });
}
