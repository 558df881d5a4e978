import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { greatCircleKm, nearestTo } from "../../examples/demo/great_circle.ts";

const ROOT = new URL("../../", import.meta.url);
const ENV = { NO_COLOR: "1" };

/** The numbers of the table's row `label`, one a pass. */
function numbersOf(stdout: string, label: string): number[] {
  const line = stdout.split("\n").find((line) => line.startsWith(label));
  if (line === undefined) throw new Error(`There is no row ${label} in:\n${stdout}`);
  return line.slice(label.length).trim().split(/ {2,}/).map((cell) => Number(cell.replaceAll(" ", "")));
}

Deno.test("deno task demo brings every record through, though it is killed half-way, and once more from the journal", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const args = tasks.demo.command.replace(/^deno run /, "").split(" ");
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "--no-prompt", ...args], cwd: ROOT, env: ENV });
  const ended = await command.output();
  const [stdout, stderr] = [ended.stdout, ended.stderr].map((bytes) => new TextDecoder().decode(bytes)) as [
    string,
    string,
  ];
  assertEquals(ended.code, 0, stderr);
  const [doneByKill = 0, ...done] = numbersOf(stdout, "records with an airport");
  assert(doneByKill > 800 && doneByKill < 1_000, `${doneByKill}`);
  assertEquals([done, numbersOf(stdout, "  from the journal")], [[1_707, 1_707], [0, doneByKill, 1_707]]);
  const [requests, answered] = [numbersOf(stdout, "requests"), numbersOf(stdout, "  answered")];
  assertEquals([requests[2], answered[2]], [0, 0]);
  assert(requests[0]! > answered[0]! && requests[1]! > answered[1]!);
  // What was in flight when the process was killed is asked for twice, and nothing else.
  const again = answered[0]! + answered[1]! - 1_707;
  assert(again >= 0 && again <= 32, `${again}`);
  assertMatch(stdout, new RegExp(`Every record has its airport. Asked for twice: ${again}, as 32 were in flight`));
  const [, path] = stdout.match(/^The report of both runs: (.+)$/m)!;
  assertMatch(await Deno.readTextFile(new URL(path!, ROOT)), /All 1\u202f707 items succeeded/);
  assertMatch(stdout, /Both gave the same graph/);
});

Deno.test("the README's first command has all it needs in the repository: a machine that knows no package downloads none", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  // A task would fetch all that the project is developed with, whatever it runs.
  const [, entry] = readme.match(/^npx -y deno@2 run -A (examples\/demo\/main\.ts) /m)!;
  const programs = await Deno.readTextFile(new URL("examples/demo/programs.ts", ROOT));
  const started = [...programs.matchAll(/new URL\("(.+)", import\.meta\.url\)/g)].map(([, path]) => {
    return `examples/demo/${path}`;
  });
  assertEquals(started.length, 2);
  const directory = await Deno.makeTempDir();
  try {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["cache", entry!, ...started],
      cwd: ROOT,
      env: { ...ENV, DENO_DIR: directory },
    });
    const { code, stderr } = await command.output();
    assertEquals({ code, stderr: new TextDecoder().decode(stderr) }, { code: 0, stderr: "" });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("greatCircleKm() gives known distances", () => {
  const heathrow = { latitude: 51.4706, longitude: -0.461941 };
  const kennedy = { latitude: 40.639751, longitude: -73.778925 };
  assertEquals(Math.round(greatCircleKm(heathrow, kennedy)), 5_540);
  assertEquals(Math.round(greatCircleKm({ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 0 })), 20_015);
  assertEquals(greatCircleKm(kennedy, kennedy), 0);
});

Deno.test("nearestTo() looks across the date line", () => {
  const candidates = [{ latitude: 0, longitude: -179 }, { latitude: 0, longitude: 170 }];
  const { nearest, distanceKm } = nearestTo({ latitude: 0, longitude: 179 }, candidates);
  assertEquals(nearest, candidates[0]);
  assertEquals(Math.round(distanceKm), 222);
});

Deno.test("nearestTo() does not count the place itself, but another at the same spot", () => {
  const place = { latitude: 1, longitude: 2 };
  const twin = { ...place };
  assertEquals(nearestTo(place, [place, twin]), { nearest: twin, distanceKm: 0 });
  assertThrows(() => nearestTo(place, [place]), RangeError, "There must be another place");
});
