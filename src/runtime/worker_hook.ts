/** A function that a module wrapped for a pool while a worker imported it. */
export interface ModuleFunction {
  readonly module: string;
  // deno-lint-ignore ban-types -- any function at all
  readonly fn: Function;
}

/**
 * What a worker provides for the copy of this library that the user's module imports there: the two
 * know nothing of each other but the name under which this stands.
 */
export interface WorkerHook {
  /** The call of the item that runs, or `undefined` between items. */
  readonly currentCall: () => object | undefined;
  /** The buffers to be moved along with a result. */
  readonly moved: WeakMap<object, readonly ArrayBuffer[]>;
  /** The functions wrapped with `module` so far. */
  readonly functions: ModuleFunction[];
  /** Whether the code that asks runs since the worker imports a module, and not in an item. */
  readonly isImporting: () => boolean;
  /** The modules that the workers around this one and this one itself imported, the outermost first. */
  readonly ancestors: () => readonly string[];
  /** Ends this worker, and the pool's attempts to start others, with `error`. */
  readonly refuse: (error: unknown) => void;
}

const HOOK = Symbol.for("@opero/core/worker");

interface HookHolder {
  [HOOK]?: WorkerHook;
}

/**
 * The hook of the pool worker that this runs in; `undefined` everywhere else.
 *
 * @returns The hook, or `undefined`.
 */
export function workerHook(): WorkerHook | undefined {
  return (globalThis as HookHolder)[HOOK];
}

/**
 * Sets the hook; a worker does so before it runs anything else.
 *
 * @param hook What the worker provides for the code that it runs.
 */
export function setWorkerHook(hook: WorkerHook): void {
  (globalThis as HookHolder)[HOOK] = hook;
}
