/** Turns of work in the background: they come in an idle loop, too. */
import { assert } from "@std/assert";
import { backgroundTurn } from "../../src/runtime/background_turn.ts";

Deno.test("backgroundTurn() comes while all that the loop waits for is a timer", async () => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(resolve, 20_000, false));
  const turns = (async () => {
    for (let turn = 0; turn < 100; turn++) await backgroundTurn();
    return true;
  })();
  assert(await Promise.race([turns, late]), "100 turns came in 20 s");
  clearTimeout(timer);
});
