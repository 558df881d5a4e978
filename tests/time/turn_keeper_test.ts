import { assert, assertEquals } from "@std/assert";
import { TurnKeeper } from "../../src/time/turn_keeper.ts";

function spin(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

Deno.test("TurnKeeper.pending() asks for no turn while work is quick", async () => {
  const startedMs = performance.now();
  const keeper = new TurnKeeper();
  const turns = Array.from({ length: 100 }, () => keeper.pending());
  const elapsedMs = performance.now() - startedMs;
  assert(turns.every((turn) => turn === undefined) || elapsedMs >= 15, `asked after ${elapsedMs} ms`);
  await turns.at(-1);
});

Deno.test("TurnKeeper.pending() asks for one turn of the event loop after slow work, whoever asks", async () => {
  const keeper = new TurnKeeper();
  spin(20);
  const turn = keeper.pending();
  assert(turn !== undefined);
  assertEquals(keeper.pending(), turn);
  await turn;
  assertEquals(keeper.pending(), undefined);
});
