import { ConfigurationError } from "../errors/configuration_error.ts";
import type { Clock } from "../time/clock.ts";
import { wrongOption } from "../options/validate.ts";
import { workerHook } from "../runtime/worker_hook.ts";
import type { Call } from "../call/call.ts";
import type { Handler } from "../call/layer.ts";
import { correlationIdOf } from "../telemetry/telemetry.ts";
import { Attempt, beginAttempt } from "./attempt.ts";
import type { CallContext } from "./call_context.ts";
import { idempotencyKeyOf } from "./idempotency_key.ts";
import { type AsyncContext, createAsyncContext } from "../runtime/async_context.ts";

/** What the function sees of its attempt; made only when asked for. */
class AttemptContext implements CallContext {
  readonly attempt: number;
  readonly retry: number;
  readonly fallbackIndex: number | undefined;
  readonly index: number | undefined;
  readonly correlationId: string;
  readonly #attempt: Attempt;
  readonly #call: Call;
  readonly #settle: Call["settle"];

  constructor(attempt: Attempt, call: Call) {
    this.attempt = attempt.number;
    this.retry = attempt.retry;
    this.fallbackIndex = attempt.fallbackIndex;
    this.index = call.index;
    this.correlationId = correlationIdOf(call, runningRandom);
    this.#attempt = attempt;
    this.#call = call;
    this.#settle = call.settle;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get idempotencyKey(): string {
    return idempotencyKeyOf(this.#call);
  }

  settle(cost: number): void {
    if (!Number.isFinite(cost) || cost < 0) {
      throw wrongOption("settle the cost of a call", "cost", { desired: "a finite number of at least 0" }, cost);
    }
    this.#settle?.(cost);
  }
}

/** The call whose function is in the synchronous part of its run. */
let runningCall: Call | undefined;
/** Draws its correlation id, should it need one. */
let runningRandom: (() => number) | undefined;
let contexts: AsyncContext<CallContext | undefined> | undefined;

/**
 * The call that the running function serves: attempt, round, signal, correlation id. It is read
 * first thing in the function, before its first `await`; with the option `context: "async"` anywhere in it.
 *
 * @returns The context of the call: number of the attempt, round, signal and correlation id.
 * @throws {ConfigurationError} If it is called outside a call, or after an `await` without `context: "async"`.
 * @example
 * ```ts
 * import { currentCall, opero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const attempts: number[] = [];
 * const flaky = opero(async () => {
 *   const { attempt } = currentCall();
 *   attempts.push(attempt);
 *   if (attempt < 3) throw new Error("not yet");
 * }, { minDelay: "1ms" });
 * await flaky();
 * assertEquals(attempts, [1, 2, 3]);
 * ```
 */
export function currentCall(): CallContext {
  if (runningCall !== undefined) return contextOf(runningCall);
  const context = contexts?.getStore();
  if (context !== undefined) return context;
  const itemContext = workerHook()?.currentCall();
  if (itemContext !== undefined) return itemContext as CallContext;
  throw new ConfigurationError(
    "Cannot read the current call as 'currentCall()' must be called in a wrapped function, before its first await " +
      'or with the option context: "async": received a call from elsewhere',
  );
}

/** Those that were made here. */
const attemptHandlers = new WeakSet<Handler>();

/** What an attempt of a function needs. */
export interface AttemptHost {
  /** Dates its beginning. */
  readonly clock: Clock;
  /** Draws its correlation id, should it need one. */
  readonly random: () => number;
}

/**
 * The innermost handler: runs `fn` with the arguments and the `this` of the call, whose context
 * {@link currentCall} gives during the synchronous part of the run.
 *
 * @param fn The user's function.
 * @param host What the instance provides for the layers.
 * @returns The innermost handler.
 */
export function attemptHandler(fn: (...args: never[]) => unknown, host: AttemptHost): Handler {
  const { clock, random } = host;
  const readClock = clock.coarseNow === undefined ? () => clock.now() : () => clock.coarseNow!();
  const handler: Handler = (call) => {
    const outerCall = runningCall;
    const outerRandom = runningRandom;
    // A reading of the clock costs as much as all else, and of most calls it is not asked when the first attempt began.
    const { state } = call;
    beginAttempt(call, state !== undefined && (state.isTimed || state.attemptCount > 0) ? clock.now() : readClock());
    runningCall = call;
    runningRandom = random;
    try {
      // The context of a call around this one is not this one's, and would answer once it is past its first `await`.
      const result = contexts?.getStore() === undefined
        ? invoke(fn, call.self, call.args as never[])
        : contexts.run(undefined, () => invoke(fn, call.self, call.args as never[]));
      return result instanceof Promise ? result : Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error);
    } finally {
      runningCall = outerCall;
      runningRandom = outerRandom;
    }
  };
  attemptHandlers.add(handler);
  return handler;
}

/**
 * Whether `handler` calls the function at once.
 *
 * @param handler A handler.
 * @returns `true` for an innermost handler; `false` where a layer lies between.
 */
export function isAttemptHandler(handler: Handler): boolean {
  return attemptHandlers.has(handler);
}

/** Most functions have few arguments, which a direct call takes in half the time of `apply`. */
function invoke(fn: (...args: never[]) => unknown, self: unknown, args: never[]): unknown {
  switch (args.length) {
    case 0:
      return fn.call(self);
    case 1:
      return fn.call(self, args[0]!);
    case 2:
      return fn.call(self, args[0]!, args[1]!);
    default:
      return fn.apply(self, args);
  }
}

/**
 * Like {@link attemptHandler}, with the context carried through everything the function awaits.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param fn The user's function.
 * @param host What the instance provides for the layers.
 * @returns The innermost handler.
 * @throws {ConfigurationError} If the platform has no `AsyncLocalStorage`.
 */
export function asyncContextHandler(task: string, fn: (...args: never[]) => unknown, host: AttemptHost): Handler {
  const storage = contexts ??= createAsyncContext();
  if (storage === undefined) {
    throw wrongOption(task, "context", { desired: '"sync" on a platform without AsyncLocalStorage' }, "async");
  }
  const inContext = function (this: unknown, ...args: never[]): unknown {
    return storage.run(contextOf(runningCall!), () => fn.apply(this, args));
  };
  return attemptHandler(inContext, host);
}

function contextOf(call: Call): CallContext {
  const attempt = call.attempt instanceof Attempt ? call.attempt : new Attempt(call);
  call.attempt = attempt;
  return attempt.context ??= new AttemptContext(attempt, call);
}
