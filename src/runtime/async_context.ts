import { builtinModule } from "./builtin_module.ts";

/** A value that follows a call through everything it awaits. */
export interface AsyncContext<T> {
  /** Runs `fn` with `value` in place. */
  run<R>(value: T, fn: () => R): R;
  /** The value in place, or `undefined`. */
  getStore(): T | undefined;
}

/** Runs a function in the async context that was there when it was made. */
export type ContextRunner = <R>(fn: () => R) => R;

interface AsyncHooksModule {
  readonly AsyncLocalStorage: (new <T>() => AsyncContext<T>) & { snapshot?(): ContextRunner };
}

/**
 * Makes an `AsyncLocalStorage`, or returns `undefined` where the platform has none.
 *
 * @returns The context, or `undefined`.
 */
export function createAsyncContext<T>(): AsyncContext<T> | undefined {
  const storage = asyncLocalStorage();
  return storage && new storage<T>();
}

/**
 * Keeps the async context of now, for what others will set in motion; where the platform has none there is nothing to keep.
 *
 * @returns Runs a function in the captured context.
 */
export function captureContext(): ContextRunner {
  return asyncLocalStorage()?.snapshot?.() ?? ((fn) => fn());
}

function asyncLocalStorage(): AsyncHooksModule["AsyncLocalStorage"] | undefined {
  return builtinModule<AsyncHooksModule>("node:async_hooks")?.AsyncLocalStorage;
}
