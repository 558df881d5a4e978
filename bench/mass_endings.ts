/**
 * Ends 100 000 calls at one moment, in every way in which calls can end, against code without this library:
 * `deno run -A bench/mass_endings.ts [count] [rounds] [word of a name]`.
 *
 * Two columns to compare with: code that keeps by hand the promises which the way is about, and the least that ends at all.
 * Each way has a process of its own, in which the three take turns; the times are those of the processor, medians.
 */
import { LEANEST } from "../tests/support/bare_endings.ts";
import { mediansMs } from "../tests/support/ending_times.ts";
import { MASS_ENDINGS, type MassEnding } from "../tests/support/mass_endings.ts";

const AT_MOST = 3;
const ALONE = "--alone";
const [count = "100000", rounds = "5", word = "", mode] = Deno.args;

async function measure({ name, begin, byHand, leanest }: MassEnding): Promise<void> {
  const medians = await mediansMs([begin, byHand, LEANEST[leanest]], Number(count), Number(rounds));
  const [ownMs, handMs, leanestMs] = medians as [number, number, number];
  const ratio = ownMs / handMs;
  const cells = [
    name,
    ...medians.map((ms) => ms.toFixed(0)),
    `${ratio.toFixed(2)}×`,
    `${(ownMs / leanestMs).toFixed(2)}×`,
    ratio <= AT_MOST ? "met" : "missed",
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

async function measureAlone({ name }: MassEnding): Promise<void> {
  const args = ["run", "-A", "--v8-flags=--expose-gc", import.meta.filename!, count, rounds, name, ALONE];
  await new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" }).output();
}

if (mode === ALONE) {
  await measure(MASS_ENDINGS.find(({ name }) => name === word)!);
} else {
  console.log(`| ${count} calls | ms | by hand | the least | by hand | the least | target: ${AT_MOST} × by hand |`);
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const way of MASS_ENDINGS.filter((each) => each.name.includes(word))) await measureAlone(way);
}
Deno.exit();
