import { assert } from "@std/assert";
import { BARE, endingMs, MASS_ENDINGS } from "./support/mass_endings.ts";

const COUNT = 20_000;

/** What grows with the square of the calls takes more by far; a busy machine is given three tries. */
const AT_MOST = 12;
const TRIES = 3;

async function bestRatio(begin: Parameters<typeof endingMs>[0]): Promise<number> {
  let best = Infinity;
  for (let tried = 0; tried < TRIES && best > AT_MOST; tried++) {
    const ms = await endingMs(begin, COUNT);
    best = Math.min(best, ms / await endingMs(BARE.failing, COUNT));
  }
  return best;
}

for (const { name, begin } of MASS_ENDINGS) {
  Deno.test(`opero() ends ${COUNT} calls at one moment about as quickly as bare code: ${name}`, async () => {
    const ratio = await bestRatio(begin);
    assert(ratio <= AT_MOST, `${ratio.toFixed(1)} times as long`);
  });
}
