import { setWorkerHook, type WorkerHook } from "../../runtime/worker_hook.ts";
import { BOUND_NAMES } from "../wire/pooled_function.ts";
import type { LoadMessage } from "../wire/worker_protocol.ts";
import { type ItemFunction, loadFunction } from "./function_loader.ts";
import { ImportWatch } from "./import_watch.ts";
import type { RunningItem } from "./running_item.ts";

/** A function that items are for. */
export interface KnownFunction {
  /** The function, once it is found. */
  fn: ItemFunction | undefined;
  /** How many of its items run at once. */
  readonly concurrency: number;
}

/** What functions find around themselves. */
export interface FunctionSurroundings {
  /** The item that runs. */
  readonly running: RunningItem;
  /** What is moved with a result. */
  readonly moved: WeakMap<object, readonly ArrayBuffer[]>;
  /** The modules that the workers around this one were started for. */
  readonly ancestors: readonly string[];
  /** Ends the worker, as its module would start others without an end. */
  readonly refuse: (error: unknown) => void;
}

/** The functions that a worker knows, by the numbers that items call them. */
export class FunctionTable {
  readonly #functions = new Map<number, KnownFunction>();
  readonly #imports = new ImportWatch();
  readonly #modules = new Set<string>();
  readonly #hook: WorkerHook;
  /** The variables that functions use. */
  readonly #bound: Readonly<Record<string, unknown>>;

  /** An empty table, with what its functions will find around themselves. */
  constructor({ running, moved, ancestors, refuse }: FunctionSurroundings) {
    const transfer = (value: object, buffers: readonly ArrayBuffer[]) => {
      moved.set(value, buffers);
      return value;
    };
    const values = [() => running.requireContext(), transfer, (fn: unknown) => fn];
    this.#bound = Object.fromEntries(BOUND_NAMES.map((name, place) => [name, values[place]]));
    this.#hook = {
      currentCall: () => running.currentContext(),
      moved,
      functions: [],
      isImporting: () => running.message === undefined && this.#imports.isImporting,
      ancestors: () => [...ancestors, ...this.#modules],
      refuse,
    };
    setWorkerHook(this.#hook);
  }

  /** The function that items call `id`. */
  get(id: number): KnownFunction | undefined {
    return this.#functions.get(id);
  }

  /** Finds a function, and calls `onFound` then: in this very turn where its module need not be imported. */
  async load({ id, fn: reference, concurrency }: LoadMessage, onFound: () => void): Promise<void> {
    const known: KnownFunction = { fn: undefined, concurrency };
    this.#functions.set(id, known);
    const find = () => loadFunction(reference, this.#bound, this.#hook);
    if (reference.module !== undefined) this.#modules.add(reference.module);
    const found = reference.module === undefined ? find() : this.#imports.during(find);
    known.fn = found instanceof Promise ? await found : found;
    onFound();
  }
}
