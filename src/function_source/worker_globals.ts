const LANGUAGE = "Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date " +
  "Promise RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError " +
  "globalThis JSON Math Intl ArrayBuffer SharedArrayBuffer Atomics DataView Uint8Array Int8Array Uint16Array Int16Array " +
  "Uint32Array Int32Array BigUint64Array BigInt64Array Uint8ClampedArray Float16Array Float32Array Float64Array Map " +
  "BigInt Set Iterator WeakMap WeakSet WeakRef Proxy Reflect FinalizationRegistry DisposableStack AsyncDisposableStack " +
  "Temporal WebAssembly decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite isNaN";

const WEB =
  "AbortController AbortSignal Blob BroadcastChannel ByteLengthQueuingStrategy Cache CacheStorage CloseEvent " +
  "CompressionStream CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DecompressionStream ErrorEvent Event " +
  "EventSource EventTarget File FormData Headers ImageBitmap ImageData MessageChannel MessageEvent MessagePort " +
  "OffscreenCanvas Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver ProgressEvent " +
  "ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest " +
  "ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder " +
  "TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern " +
  "URLSearchParams WebSocket Worker WritableStream WritableStreamDefaultController WritableStreamDefaultWriter " +
  "atob btoa caches clearInterval clearTimeout console createImageBitmap crypto fetch navigator performance " +
  "queueMicrotask reportError setInterval setTimeout structuredClone";

/** What the runtimes other than browsers add; which of them runs a function is known only when it runs. */
const RUNTIMES = ["Buffer", "Bun", "Deno", "clearImmediate", "global", "process", "setImmediate"];

/** What the main thread has and a worker has not. */
const MAIN_THREAD_ONLY = new Set(["window", "Window", "document", "Document", "Storage", "Location", "Navigator"]);

const LISTED: ReadonlySet<string> = new Set([...LANGUAGE.split(" "), ...WEB.split(" "), ...RUNTIMES]);

/**
 * Whether a function finds `name` in every worker, or in one of the runtime that it is written for.
 *
 * @param name The name of a variable.
 * @returns `true` if the worker has it.
 */
export function isWorkerGlobal(name: string): boolean {
  return LISTED.has(name) || isNewerBuiltIn(name);
}

/**
 * Whether it is what a runtime newer than the lists brings. A script's own global variables are enumerable, these are not. It is asked
 * for one name at a time: to look at all globals makes some runtimes load what is behind them.
 */
function isNewerBuiltIn(name: string): boolean {
  if (!/^[A-Z]/.test(name) || MAIN_THREAD_ONLY.has(name)) return false;
  return Object.getOwnPropertyDescriptor(globalThis, name)?.enumerable === false;
}
