import { builtinModule } from "./builtin_module.ts";

/** A value that follows a call through everything it awaits. */
export interface AsyncContext<T> {
  /** Runs `fn` with `value` in place. */
  run<R>(value: T, fn: () => R): R;
  /** The value in place, or `undefined`. */
  getStore(): T | undefined;
}

interface AsyncHooksModule {
  readonly AsyncLocalStorage: new <T>() => AsyncContext<T>;
}

/** Makes an `AsyncLocalStorage`, or answers `undefined` where the platform has none. */
export function createAsyncContext<T>(): AsyncContext<T> | undefined {
  const hooks = builtinModule<AsyncHooksModule>("node:async_hooks");
  return hooks && new hooks.AsyncLocalStorage<T>();
}
