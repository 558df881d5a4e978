import { monotonicNow } from "./time/read_time.ts";
import { type Duration, parseDuration } from "./time/duration.ts";
import { formatDuration } from "./errors/format_duration.ts";
import { ConfigurationError } from "./errors/configuration_error.ts";
import { TimeoutError } from "./errors/timeout_error.ts";
import { WorkerError } from "./errors/worker_error.ts";
import {
  anyFunction,
  nonEmptyString,
  type OptionRules,
  positiveDuration,
  validateOptions,
  wrongOption,
} from "./options/validate.ts";
import { type Envelope, openEnvelope } from "./pool/wire/error_envelope.ts";
import { requireNoImport } from "./pool/import_guard.ts";
import { workerHook } from "./runtime/worker_hook.ts";
import { referToFunction } from "./pool/function_reference.ts";
import { knownErrorClasses } from "./pool/known_errors.ts";
import { describeLoss, type LossReason } from "./pool/loss_reason.ts";
import { hintFor } from "./options/peer_names.ts";
import { serializationError } from "./pool/wire/serialization_error.ts";
import { startWorker } from "./pool/start_worker.ts";
import { packMessage } from "./pool/run_message.ts";
import { findUncloneable } from "./pool/wire/uncloneable.ts";
import { unpackValues } from "./pool/wire/value_unpacking.ts";
import {
  BOARD_MESSAGES,
  BOARD_SLOTS,
  type FromWorker,
  type ResultsMessage,
  type RunMessage,
} from "./pool/wire/worker_protocol.ts";
import { type BlockingChannel, openBlockingChannel } from "./runtime/blocking_channel.ts";
import { hasWorkers } from "./runtime/sandbox_support.ts";
import type { WorkerHandle } from "./runtime/worker_handle.ts";
import { POOL_OPTIONS } from "./map/pool_options.ts";
import type { AnyFunction } from "./engine/wrapped.ts";

/** The options of {@link runAsync}. */
export interface RunAsyncOptions {
  /** How long the caller is blocked at most. By default for as long as it takes. */
  readonly timeout?: Duration | undefined;
  /** The module in which the worker finds the function, as in `import.meta.url`; without it its source travels. */
  readonly module?: string | undefined;
}

/** Runs an asynchronous function to its end from synchronous code. */
export interface RunAsync {
  /** Blocks until `fn(...args)` is done. */
  <F extends AnyFunction>(fn: F, ...args: Parameters<F>): Awaited<ReturnType<F>>;
  /**
   * The same with options.
   *
   * @param options Its options.
   */
  with(options: RunAsyncOptions): <F extends AnyFunction>(fn: F, ...args: Parameters<F>) => Awaited<ReturnType<F>>;
}

const TASK = "run a function to its end";

/** A worker that sends nothing for this time will never start. */
const MAX_START_MS = 10_000;

const RULES: OptionRules = { timeout: positiveDuration, module: nonEmptyString };

/**
 * Blocks synchronous code until an asynchronous function is done, by running it in a worker thread;
 * each call starts one, which takes about 50 ms. For code that cannot `await`; all other code should.
 *
 * The function follows the rules of a pool's: it refers to nothing outside of itself, or is found by
 * `runAsync.with({ module: import.meta.url })`. Arguments and result are cloned.
 *
 * @returns What the function's promise resolves to.
 * @throws {unknown} What the function throws.
 * @throws {TimeoutError} If it takes longer than `timeout`.
 * @throws {WorkerError} If it ends its worker.
 * @throws {SerializationError} If an argument or the result cannot be cloned.
 * @throws {ConfigurationError} If the function cannot be sent to a worker, or the platform cannot
 * block, as the main thread of a browser.
 *
 * @example
 * ```ts
 * import { runAsync } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const later = async (value: number, ms: number) => {
 *   await new Promise((resolve) => setTimeout(resolve, ms));
 *   return value * 2;
 * };
 * assertEquals(runAsync(later, 21, 10), 42);
 * assertEquals(runAsync.with({ timeout: "30s" })(later, 4, 1), 8);
 * ```
 */
export const runAsync: RunAsync = Object.assign(
  <F extends AnyFunction>(fn: F, ...args: Parameters<F>) => runBlocking({}, fn, args),
  {
    with: (options: RunAsyncOptions) => {
      validateOptions(TASK, options, RULES, "", hintFor);
      return <F extends AnyFunction>(fn: F, ...args: Parameters<F>) => runBlocking(options, fn, args);
    },
  },
);

function runBlocking<F extends AnyFunction>(
  options: RunAsyncOptions,
  fn: F,
  args: readonly unknown[],
): Awaited<ReturnType<F>> {
  if (typeof fn !== "function") throw wrongOption(TASK, "fn", anyFunction, fn);
  const name = JSON.stringify(fn.name || "anonymous");
  const reference = referToFunction(fn, `run ${name}`, options.module);
  const limitMs = parseDuration(options.timeout) ?? Infinity;
  requireNoImport(`run ${name}`, options.module);
  const ancestors = workerHook()?.ancestors();
  const channel = openChannel(name);
  let worker: WorkerHandle | undefined;
  try {
    worker = startWorker({ memoryLimit: POOL_OPTIONS.defaults.memoryLimit as number, permissions: undefined }, {
      onMessage: () => {},
      onUnread: () => {},
      onEnd: () => {},
    });
    worker.setNeeded(false);
    const board = new Int32Array(new SharedArrayBuffer((BOARD_SLOTS + 1) * Int32Array.BYTES_PER_ELEMENT));
    const { remote: port } = channel;
    worker.post({ kind: "init", board: board.buffer, isPacking: worker.isPacking, port, ancestors }, [port]);
    worker.post({ kind: "load", id: 0, fn: reference, concurrency: 1 });
    send(worker, args, limitMs);
    return waitForResult({ name, board, channel, limitMs }) as Awaited<ReturnType<F>>;
  } finally {
    channel.close();
    void worker?.end();
  }
}

function openChannel(name: string): BlockingChannel {
  const channel = hasWorkers() ? openBlockingChannel() : undefined;
  if (channel !== undefined) return channel;
  throw new ConfigurationError(
    `Cannot run ${name} to its end as the platform must have 'node:worker_threads' to block on: ` +
      "received one without it, where 'await' serves",
  );
}

function send(worker: WorkerHandle, args: readonly unknown[], limitMs: number): void {
  const limit = limitMs === Infinity ? {} : { limitMs };
  const message: RunMessage = {
    kind: "run",
    fn: 0,
    slots: [0],
    items: [args[0]],
    rest: [args.slice(1)],
    indexes: [-1],
    ...limit,
  };
  try {
    worker.post(packMessage(message, { isPacking: worker.isPacking, moved: [] }));
  } catch (cause) {
    throw serializationError("send an argument to a worker", findUncloneable(args, cause), cause);
  }
}

interface Waiting {
  readonly name: string;
  readonly board: Int32Array<SharedArrayBuffer>;
  readonly channel: BlockingChannel;
  readonly limitMs: number;
}

function waitForResult({ name, board, channel, limitMs }: Waiting): unknown {
  const startMs = monotonicNow();
  const endMs = startMs + limitMs;
  for (;;) {
    const seen = Atomics.load(board, BOARD_MESSAGES);
    for (let next = channel.receive(); next !== undefined; next = channel.receive()) {
      const message = next.message as FromWorker;
      if (message.kind === "fatal" && message.reason === "overrun") throw overrunError(name, limitMs);
      if (message.kind === "fatal") throw lossError(name, message.reason, openSealed(message.error));
      if (message.kind === "results" && !isEmpty(message)) return resultOf(message);
    }
    const nowMs = monotonicNow();
    if (nowMs >= endMs) throw overrunError(name, limitMs);
    // No event of a worker that ends arrives while this thread is blocked, so one that shows no sign of life is ended.
    const silentMs = seen === 0 ? startMs + MAX_START_MS - nowMs : Infinity;
    if (silentMs <= 0) throw lossError(name, "boot", undefined);
    Atomics.wait(board, BOARD_MESSAGES, seen, Math.min(endMs - nowMs, silentMs));
  }
}

function isEmpty({ slots, failed, unsent }: ResultsMessage): boolean {
  return slots.length + failed.length + unsent.length === 0;
}

function resultOf({ slots, values, packing, failed, errors, unsentKinds }: ResultsMessage): unknown {
  if (failed.length > 0) throw openSealed(errors[0]);
  if (slots.length === 0) {
    throw serializationError("return a result from a worker", unsentKinds[0]!);
  }
  unpackValues(packing, knownErrorClasses());
  return values[0];
}

function openSealed(envelope: unknown): unknown {
  return openEnvelope(envelope as Envelope, knownErrorClasses());
}

function overrunError(name: string, limitMs: number): TimeoutError {
  return new TimeoutError(`${name} took longer than ${formatDuration(limitMs)}`, limitMs);
}

function lossError(name: string, reason: LossReason, error: unknown): Error {
  const cause = reason === "exit" || error === undefined ? {} : { cause: error };
  if (reason === "boot" && error instanceof ConfigurationError) return error;
  if (reason === "boot") return new WorkerError(`Cannot start a worker for ${name}`, cause);
  return new WorkerError(`${name} ended its worker ${describeLoss(reason, error)}`, cause);
}
