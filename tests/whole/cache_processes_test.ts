import type { CacheBackend } from "../../src/cache/backend/cache_backend.ts";
import { decodeEntry } from "../../src/cache/codec/cache_codec.ts";
import { placeOf } from "../../src/cache/disk/disk_place.ts";
import { isNightly } from "../support/runs.ts";
import { printSeed, randomOf } from "../support/seed.ts";
import { isWriterEntry, openWriterCaches, WRITER_KEYS, writerEntry } from "../support/cache_writer.ts";
import { assert, assertEquals } from "@std/assert";

const KILLS = isNightly ? 3_500 : 300;
const ROUNDS = isNightly ? 2_000 : 150;
/** So many are killed between two looks: what a kill takes is the start of a process, and these overlap. */
const KILLED_AT_ONCE = 8;
/** A writer is killed so many milliseconds, or fewer, after its first round. */
const MAX_LIFE_MS = 40;
const SCRIPT = new URL("../support/cache_writer.ts", import.meta.url).pathname;

function startWriter(...args: string[]): Deno.ChildProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", "-A", SCRIPT, ...args],
    stdout: "piped",
    stderr: "inherit",
  });
  return command.spawn();
}

for (const kind of ["disk", "sqlite"]) {
  Deno.test(`${kind}Cache() gives eight processes at once no wrong value and no failure`, async () => {
    const random = randomOf(printSeed());
    const directory = await Deno.makeTempDir();
    const writers = Array.from(
      { length: 8 },
      () => startWriter(kind, directory, String(random() * 2 ** 31), String(ROUNDS)).output(),
    );
    for (const { stdout, success } of await Promise.all(writers)) {
      assert(success);
      assertEquals(JSON.parse(new TextDecoder().decode(stdout).split("\n")[1]!), { failed: 0, wrong: 0 });
    }
    await Deno.remove(directory, { recursive: true });
  });
}

Deno.test(`diskCache() and sqliteCache() keep whole entries or none when writers are killed ${KILLS} times`, async () => {
  const random = randomOf(printSeed());
  const directory = await Deno.makeTempDir();
  for (let kills = 0; kills < KILLS; kills += KILLED_AT_ONCE) {
    await Promise.all(Array.from({ length: KILLED_AT_ONCE }, () => killWriter(directory, random)));
    await assertWhole(directory);
  }
  const passing = [...Deno.readDirSync(`${directory}/disk/passing`)];
  assert(passing.length <= KILLS * 2);
  await Deno.remove(directory, { recursive: true });
});

async function killWriter(directory: string, random: () => number): Promise<void> {
  const [seed, lifeMs] = [Math.floor(random() * 2 ** 31), random() * MAX_LIFE_MS];
  const writer = startWriter("both", directory, String(seed));
  const reader = writer.stdout.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, lifeMs));
  writer.kill("SIGKILL");
  while (!(await reader.read()).done);
  await writer.status;
}

async function assertWhole(directory: string): Promise<void> {
  for (const key of WRITER_KEYS) {
    const { directory: parts, name, label } = placeOf(key);
    const inner = parts.replaceAll(".", "/");
    const text = await Deno.readTextFile(`${directory}/disk/${inner}/${name}`).catch(() => undefined);
    // A torn file would be a miss for the cache; here it is looked at as it is.
    const entry = text && decodeEntry(key, text.slice(0, text.length - label.length));
    assert(text === undefined || (entry && isWriterEntry(key, entry)), "a file must be whole");
  }
  for (const cache of openWriterCaches("both", directory)) await assertUsable(cache);
}

async function assertUsable(cache: CacheBackend): Promise<void> {
  for (const key of WRITER_KEYS) {
    const entry = await cache.get(key);
    assert(entry === undefined || isWriterEntry(key, entry), "an entry must be whole");
  }
  const entry = writerEntry(WRITER_KEYS[0]!, 1);
  await cache.set(WRITER_KEYS[0]!, entry);
  assertEquals(await cache.get(WRITER_KEYS[0]!), entry);
  await cache.close?.();
}

Deno.test({
  name: "diskCache() and sqliteCache() refuse what does not fit on the disk, and keep what does",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const directory = await Deno.makeTempDir();
    const script = new URL("../support/cache_full_disk.ts", import.meta.url).pathname;
    // A file that grows past 64 KB fails as on a full disk, once the signal that would end the process is ignored.
    const command = 'trap "" XFSZ; ulimit -f 64; exec "$0" run --no-check --quiet -A "$1" "$2"';
    const args = ["-c", command, Deno.execPath(), script, directory];
    const { stdout, success } = await new Deno.Command("bash", { args, stderr: "inherit" }).output();
    assert(success);
    assertEquals(new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line)), [
      { name: "disk", kept: 10, refused: 10, wrong: 0 },
      { name: "sqlite", kept: 3, refused: 17, wrong: 0 },
    ]);
    assertEquals([...Deno.readDirSync(`${directory}/disk/passing`)], []);
    await Deno.remove(directory, { recursive: true });
  },
});
