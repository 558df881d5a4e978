import { assert } from "@std/assert";
import { LEANEST } from "../../support/bare_endings.ts";
import { mediansMs } from "../../support/ending_times.ts";
import { MASS_ENDINGS, type MassEnding } from "../../support/mass_endings.ts";

const COUNT = 20_000;

/** `bench/mass_endings.ts` holds 3 times code by hand where the machine is quiet; a busy one is given more, and some tries. */
const AT_MOST = 4;
/** The same against what does nothing but fail, so that code by hand that is slow excuses nothing. */
const AT_MOST_OF_LEANEST = 12;
/** Code by hand may be quicker than what only fails: a share of that little is decided by the machine, so this is always free. */
const FREE_OF_LEANEST = 2;
const TRIES = 5;

/** How much of what it may take it takes. */
async function bestShare({ begin, byHand }: MassEnding): Promise<number> {
  let best = Infinity;
  for (let tried = 0; tried < TRIES && best > 1; tried++) {
    const medians = await mediansMs([begin, byHand, LEANEST.failing], COUNT, 1);
    const [ownMs, handMs, leanestMs] = medians as [number, number, number];
    const besideHand = ownMs / Math.max(handMs * AT_MOST, leanestMs * FREE_OF_LEANEST);
    best = Math.min(best, Math.max(besideHand, ownMs / leanestMs / AT_MOST_OF_LEANEST));
  }
  return best;
}

for (const way of MASS_ENDINGS) {
  Deno.test(`opero() ends ${COUNT} calls at one moment about as quickly as code by hand: ${way.name}`, async () => {
    const share = await bestShare(way);
    assert(share <= 1, `${share.toFixed(1)} times as long as it may take`);
  });
}
