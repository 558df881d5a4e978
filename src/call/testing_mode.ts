import { globalValue } from "../runtime/global_value.ts";

/** What is other than usual while tests run. */
export interface TestingMode {
  /** Whether calls do not wait between their attempts. */
  readonly noWait: boolean;
}

/** The modes that are in force, the latest last, known by name to every copy of the library in the process. */
const MODES = Symbol.for("@opero/core/testing");

/**
 * Whether calls do not wait between their attempts just now; asked only where one would.
 *
 * @returns `true` within `setTesting({ noWait: true })`.
 */
export function isWaitless(): boolean {
  return globalValue<TestingMode[]>(MODES)?.at(-1)?.noWait === true;
}

/**
 * Puts `mode` in force, until the answer is called; a second call of that does nothing.
 *
 * @param mode What is other than usual.
 * @returns Takes the mode away, whichever came after it.
 */
export function beginTestingMode(mode: TestingMode): () => void {
  const own = { ...mode };
  const modes = globalValue<TestingMode[]>(MODES) ?? [];
  modes.push(own);
  Reflect.set(globalThis, MODES, modes);
  return () => {
    const place = modes.indexOf(own);
    if (place >= 0) modes.splice(place, 1);
    if (modes.length === 0) Reflect.deleteProperty(globalThis, MODES);
  };
}
