import { createOpero, type InstanceOptions, type OperoInstance } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { outcomeOf } from "./outcome.ts";

/** An instance whose time stands still until told to go on, and whose chance is fixed. */
export interface Lab extends OperoInstance {
  readonly clock: FakeClock;
}

/** Makes a {@link Lab}; delays between rounds are the exact ones by default. */
export function lab(options: InstanceOptions = {}): Lab {
  const clock = new FakeClock();
  return { ...createOpero({ clock, random: () => 0.5, jitter: "none", ...options }), clock };
}

/** What a scripted function does at one call: answers, throws, or never ends. */
export type Step = { readonly value: unknown } | { readonly error: unknown } | "hang";

/** A {@link scripted} function with the arguments of its calls. */
export interface Scripted {
  readonly run: (...args: unknown[]) => Promise<unknown>;
  readonly calls: readonly unknown[][];
}

/** What `promise` rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await outcomeOf(promise);
  if (outcome.ok) throw new Error("It did not reject");
  return outcome.error;
}

/** A function that does what `steps` say, the last of them for ever, and notes what it was called with. */
export function scripted(...steps: readonly Step[]): Scripted {
  const calls: unknown[][] = [];
  const run = (...args: unknown[]): Promise<unknown> => {
    const step = steps[Math.min(calls.length, steps.length - 1)]!;
    calls.push(args);
    if (step === "hang") return new Promise(() => {});
    return "error" in step ? Promise.reject(step.error) : Promise.resolve(step.value);
  };
  return { run, calls };
}
