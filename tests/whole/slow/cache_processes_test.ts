import { isNightly } from "../../support/runs.ts";
import { printSeed } from "../../support/seed.ts";
import { startWriter } from "../../support/start_writer.ts";
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../../src/testing/seeded_random.ts";

const ROUNDS = isNightly ? 2_000 : 150;

for (const kind of ["disk", "sqlite"]) {
  Deno.test(`${kind}Cache() gives eight processes at once no wrong value and no failure`, async () => {
    const random = seededRandom(printSeed());
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

Deno.test({
  name: "diskCache() and sqliteCache() refuse what does not fit on the disk, and keep what does",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const directory = await Deno.makeTempDir();
    const script = new URL("../../support/cache_full_disk.ts", import.meta.url).pathname;
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
