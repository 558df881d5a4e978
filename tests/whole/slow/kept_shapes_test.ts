/**
 * What an engine has compiled for calls stays valid after a garbage collection that finds no call, and no run, under way. V8 says
 * which of it does not.
 */
import { assert, assertEquals } from "@std/assert";

/** The words of V8 for code that is dropped as the layout of its objects is gone. */
const DROPPED = /<SharedFunctionInfo ?([^>]*)>\)[^\n]*weak objects/g;

const KINDS: Readonly<Record<string, string>> = {
  "a plain call": "opero(serve)",
  "a call with a timeout and a deadline": 'opero(serve, { timeout: "1m", deadline: "2m" })',
  "a call with fallback values": "opero(serve, { argFallback: 0 })",
  "a call with limits by cost": "opero(serve, { rateLimit: [{ limit: 1e9, cost: () => 1 }] })",
  "a call that waits for a slot": "many(opero(serve, { concurrency: 2 }))",
  "a call with hedges": 'opero(serve, { hedge: { after: "1m" } })',
  "a call that is judged": "opero(serve, { failOn: () => false })",
  "a call that runs for the cache": "opero(serve, { cache: true })",
  "a call that runs for sqlite": `opero(make, { cache: true, cacheBackend: "sqlite", cacheBackendConfig: { path } })`,
  "a hit in sqlite": `again(opero(make, { cache: true, cacheBackend: "sqlite", cacheBackendConfig: { path } }))`,
  "a hit on disk": `again(opero(make, { cache: true, cacheBackend: "disk", cacheBackendConfig: { cacheDir } }))`,
  "a list of items": "listed(opmap(serve, { workers: 5, progress: false }))",
  "a stream of items": "streamed(opmap(serve, { workers: 5, progress: false }))",
};

/** The functions that are compiled anew after collections between calls. */
async function droppedBy(wrapped: string, isOwn = true): Promise<readonly string[]> {
  const code = `
    import { opero, opmap } from "@opero/core";
    let served = 0;
    class Other { constructor() { this.turn = served; } }
    const serve = async (_keys) => ++served;
    const make = async (keys) => ({ keys, turn: ++served, tags: ["a"] });
    const again = (fn) => () => fn(["a", "b"]);
    const cacheDir = Deno.makeTempDirSync();
    const path = cacheDir + "/cache.sqlite";
    addEventListener("unload", () => Deno.removeSync(cacheDir, { recursive: true }));
    const many = (fn) => (keys) => Promise.all([fn(keys), fn(keys), fn(keys), fn(keys)]);
    const items = Array.from({ length: 1_000 }, (_, n) => n);
    let turn = 0;
    // Some runs first, as an engine keeps the layout of what a literal makes once it knows the function around it; then as
    // many items as others have calls, so that only what runs for each item is compiled.
    const listed = (fn) => () => turn++ < 50 ? fn([]) : turn % 1_000 === 0 ? fn(items) : undefined;
    const streamed = (fn) => listed(async (items) => {
      for await (const _ of fn.stream(items));
    });
    const fn = ${wrapped};
    const read = () => new Other().turn;
    const readMany = () => { for (let n = 0; n < 30_000; n++) read(); };
    for (let round = 0; round < 12; round++) {
      for (let gcs = 0; gcs < 3; gcs++) gc();
      for (let n = 0; n < 3_000; n++) await fn(["a" + round + n, "b"]);
      // Often, as on a busy machine what compiles it takes its time.
      if (${!isOwn}) for (let n = 0; n < 50; n++) readMany();
    }`;
  const args = ["eval", "--v8-flags=--expose-gc,--trace-deopt", code];
  const { stdout, success } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  assert(success);
  return [...new TextDecoder().decode(stdout).matchAll(DROPPED)].map(([, name]) => name!);
}

Deno.test("V8 says what it drops", async () => {
  assert((await droppedBy("serve", false)).length > 0);
});

for (const [kind, wrapped] of Object.entries(KINDS)) {
  Deno.test(`a garbage collection drops no code of ${kind}`, async () => {
    assertEquals(await droppedBy(wrapped), []);
  });
}
