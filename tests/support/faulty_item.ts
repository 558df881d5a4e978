/** The ways in which an item can go wrong in a worker. */
export const FAULTS = [
  "throw",
  "reject",
  "throw undefined",
  "unhandled rejection",
  "uncaught error",
  "exit",
  "exit later",
  "Deno.exit",
  "loop",
  "loop later",
  "hang",
  "heap",
  "heap later",
  "stack",
  "uncloneable argument",
  "uncloneable result",
] as const;

/** One of {@link FAULTS}. */
export type Fault = typeof FAULTS[number];

/** What the error of an item with a fault is called; `undefined` for a thrown `undefined`. */
export const FAULT_ERRORS: Readonly<Record<Fault, string | undefined>> = {
  "throw": "TypeError",
  "reject": "RangeError",
  "throw undefined": undefined,
  "unhandled rejection": "WorkerError",
  "uncaught error": "WorkerError",
  "exit": "WorkerError",
  "exit later": "WorkerError",
  "Deno.exit": "WorkerError",
  "loop": "TimeoutError",
  "loop later": "TimeoutError",
  "hang": "TimeoutError",
  "heap": "WorkerError",
  "heap later": "WorkerError",
  "stack": "RangeError",
  "uncloneable argument": "SerializationError",
  "uncloneable result": "SerializationError",
};

/** What a faulty item is made of. */
export interface FaultyItem {
  /** What goes wrong; nothing without it. */
  readonly fault?: Fault | undefined;
  /** What the item is known by. */
  readonly id: number;
  /** Holds a function where the item should not be cloneable. */
  readonly extra?: unknown;
}

/** An item with `fault`. */
export function faultyItem(id: number, fault: Fault | undefined): FaultyItem {
  return fault === "uncloneable argument" ? { id, fault, extra: () => id } : { id, fault };
}

/** Goes wrong as its item says; else answers the item's id, doubled. Its source travels, so it refers to nothing. */
export async function runFaulty({ id, fault }: FaultyItem): Promise<unknown> {
  type Runtime = { process: { exit(code: number): never }; Deno?: { exit(code: number): never } };
  const runtime = globalThis as unknown as Runtime;
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const overflow = () => {
    const held: number[][] = [];
    for (;;) held.push(new Array(100_000).fill(1.5));
  };
  switch (fault) {
    case "throw":
      throw new TypeError("thrown");
    case "reject":
      return Promise.reject(new RangeError("rejected"));
    case "throw undefined":
      throw undefined;
    case "unhandled rejection":
      Promise.reject(new Error("nobody handles this"));
      return await sleep(1_000);
    case "uncaught error":
      setTimeout(() => {
        throw new Error("nobody catches this");
      }, 1);
      return await sleep(1_000);
    case "exit":
      return runtime.process.exit(3);
    case "exit later":
      await sleep(1);
      return runtime.process.exit(4);
    case "Deno.exit":
      return (runtime.Deno ?? runtime.process).exit(5);
    case "loop later":
      await sleep(1);
      for (;;);
    case "loop":
      for (;;);
    case "hang":
      return await new Promise(() => {});
    case "heap later":
      await sleep(1);
      return overflow();
    case "heap":
      return overflow();
    case "stack": {
      const recurse = (): number => recurse() + 1;
      return recurse();
    }
    case "uncloneable result":
      return () => id;
    default:
      return id * 2;
  }
}
