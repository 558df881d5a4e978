/**
 * Ends 100 000 calls at one moment, in every way in which calls can end, against bare code that ends so:
 * `deno run -A bench/mass_endings.ts [count] [word of a name]`.
 */
import { BARE, endingMs, MASS_ENDINGS } from "../tests/support/mass_endings.ts";

const AT_MOST = 3;
const [count = "100000", word = ""] = Deno.args;

async function bestOf(rounds: number, begin: Parameters<typeof endingMs>[0]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await endingMs(begin, Number(count)));
  return Math.min(...times);
}

const bareMs = { failing: await bestOf(3, BARE.failing), aborted: await bestOf(3, BARE.aborted) };
console.log(`| ${count} calls | ms | bare code | ratio | target |`);
console.log("| --- | --- | --- | --- | --- |");
for (const { name, bare, begin } of MASS_ENDINGS.filter((each) => each.name.includes(word))) {
  const ms = await bestOf(2, begin);
  const ratio = ms / bareMs[bare];
  const cells = [
    name,
    ms.toFixed(0),
    bareMs[bare].toFixed(0),
    `${ratio.toFixed(2)}×`,
    ratio <= AT_MOST ? "met" : "missed",
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
Deno.exit();
