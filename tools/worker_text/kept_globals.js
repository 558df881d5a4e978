/*
 * What items may put something else in the place of, while the worker goes on with what it began with. The bundler
 * reads these in place of the globals of the same names wherever the worker's sources use them.
 */
export const {
  AbortController,
  ArrayBuffer,
  Atomics,
  Error,
  Int32Array,
  Map,
  Object,
  Promise,
  Reflect,
  Set,
  SharedArrayBuffer,
  Symbol,
  Uint8Array,
  WeakMap,
  performance,
  setTimeout,
  structuredClone,
} = globalThis;
