import { globalValue } from "../runtime/global_value.ts";
import { runtimeImmediate } from "../runtime/immediate.ts";

type TurnFunction = (callback: () => void) => unknown;
type TimerFunction = (callback: () => void, ms: number) => unknown;

/** Remembered once it is seen: fake timers that come later would keep the turn waiting until a test continues. */
let ownTurn: TurnFunction | undefined = turnFunction();

/**
 * Calls `callback` in the next turn of the event loop, after all that this turn has to do, whatever timers a test fakes.
 *
 * @param callback Called once.
 */
export function nextTurn(callback: () => void): void {
  ownTurn ??= turnFunction();
  (ownTurn ?? byTimer)(callback);
}

/** The runtime's way to the next turn; `undefined` while fake timers stand in its place. */
function turnFunction(): TurnFunction | undefined {
  const setImmediate = runtimeImmediate();
  const setTimeout = globalValue<TimerFunction>("setTimeout")!;
  if (isFake(setImmediate ?? setTimeout)) return undefined;
  return setImmediate ?? ((callback) => setTimeout(callback, 0));
}

function byTimer(callback: () => void): void {
  setTimeout(callback, 0);
}

/** The fake timers of the large test runners bear their clock. */
function isFake(timer: object): boolean {
  return "clock" in timer;
}
