import { beginAttempt } from "../attempt/attempt.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { type Call, scopeOf } from "../call/call.ts";
import type { Handler, Layer } from "../call/layer.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { printable, quoted } from "../errors/printable.ts";
import { correlationIdOf } from "../telemetry/telemetry.ts";

/** One call, as a layer of the option `layers` sees it where it stands. */
export interface LayerCall {
  /** The name of the wrapped function. */
  readonly functionName: string;
  /** The `this` of the call. */
  readonly self: unknown;
  /** The arguments of the call. */
  readonly args: readonly unknown[];
  /** The item's place in a map, from 0, or `undefined` outside a map. */
  readonly index: number | undefined;
  /** The number of the attempt that comes next, from 1. */
  readonly attempt: number;
  /** The round, from 0; always 0 outside of `retry`. */
  readonly retry: number;
  /** The id that the log lines and events of the call bear. */
  readonly correlationId: string;
  /**
   * Aborts with the call: by the caller, or by the deadline within which the layer stands. A layer that waits for
   * something else than `next` has to listen to it.
   */
  readonly signal: AbortSignal;
}

/** Runs what lies within a layer. */
export type LayerHandler = (call: LayerCall) => Promise<unknown>;

/**
 * A layer of one's own. It is called once, where a function is wrapped, and answers with what runs each call: that hands
 * the call that it gets to `next`, once or not at all.
 */
export type LayerFunction = (next: LayerHandler) => LayerHandler;

/** A call on its way through one layer of the user's. */
class CallView implements LayerCall {
  readonly functionName: string;
  readonly self: unknown;
  readonly args: readonly unknown[];
  readonly index: number | undefined;
  readonly attempt: number;
  readonly retry: number;
  readonly startedMs: number;
  readonly #call: Call;
  readonly #host: LayerHost;
  #next: Handler | undefined;
  #signal: AbortSignal | undefined = undefined;
  #unfollow: (() => void) | undefined = undefined;

  constructor(call: Call, next: Handler, host: LayerHost) {
    this.functionName = host.functionName;
    this.self = call.self;
    this.args = call.args;
    this.index = call.index;
    this.attempt = (call.state?.attemptCount ?? call.attemptNumber) + 1;
    this.retry = call.state?.retry ?? 0;
    this.#call = call;
    this.#next = next;
    this.#host = host;
    this.startedMs = host.clock.now();
  }

  /** Whether `value` is a call that a layer was given. */
  static isOne(value: unknown): value is CallView {
    return typeof value === "object" && value !== null && #call in value;
  }

  get correlationId(): string {
    return correlationIdOf(this.#call, this.#host.random);
  }

  get signal(): AbortSignal {
    return this.#signal ??= this.#follow();
  }

  #follow(): AbortSignal {
    const controller = new AbortController();
    const scope = scopeOf(this.#call);
    const abort = (reason: unknown) => controller.abort(reason);
    scope?.onAbort(abort);
    this.#unfollow = () => scope?.offAbort(abort);
    return controller.signal;
  }

  /** Runs what lies within; `undefined` where it ran already. */
  proceed(): Promise<unknown> | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next?.(this.#call);
  }

  /** To be called once the layer is done. */
  end(): void {
    this.#unfollow?.();
  }

  /** What a layer throws before it calls `next` is an attempt that failed, too. */
  countAsAttempt(): void {
    if (this.#next !== undefined) beginAttempt(this.#call, this.startedMs);
  }
}

/**
 * What a layer of the user's gets as `next`.
 *
 * @param layerName The name of the layer, for messages.
 * @param functionName The name of the function, for messages.
 * @returns A handler that runs what lies within the layer where the call came from.
 */
export function nextOf(layerName: string, functionName: string): LayerHandler {
  const refusal = (desired: string) => {
    const text = `Cannot call ${quoted(functionName)} as the layer ${quoted(layerName)} must ${desired}`;
    return Promise.reject(new ConfigurationError(printable(text)));
  };
  return (call) => {
    if (!CallView.isOne(call)) return refusal("hand to 'next' the call that it was given");
    return call.proceed() ?? refusal("call 'next' once a call, and leave another attempt to 'retry'");
  };
}

/**
 * The layer of the engine that runs calls through one of the user's.
 *
 * @param handler What the user's layer answered with where the function was wrapped.
 * @param isInRound Whether it stands within the retries, so that what it throws is a failed attempt.
 * @param host What it can ask.
 * @returns The layer; what the handler throws at once is a rejection.
 */
export function layerThrough(handler: LayerHandler, isInRound: boolean, host: LayerHost): Layer {
  return (next) => async (call) => {
    const view = new CallView(call, next, host);
    // A layer around this one may ask when the attempt began before this one lets it begin.
    if (isInRound) call.startedMs = view.startedMs;
    try {
      return await handler(view);
    } catch (error) {
      if (isInRound) view.countAsAttempt();
      throw error;
    } finally {
      view.end();
    }
  };
}
