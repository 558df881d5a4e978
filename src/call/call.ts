import { AbortScope } from "./abort_scope.ts";
import { CallState, type RunningAttempt } from "./call_state.ts";
import { keepShape } from "../runtime/kept_shape.ts";

/**
 * One call of a wrapped function on its way through the layers. It is made for every call, so it
 * holds little; the rest stands in {@link CallState}, made when it is first needed.
 */
export class Call {
  /** The `this` of the call. */
  readonly self: unknown;
  /** The arguments; a layer that changes them puts another array here. */
  args: readonly unknown[];
  /** The item's place in a map, from 0. */
  readonly index: number | undefined;
  /** What can cancel the map that it is a part of, which its calls share. */
  readonly mapScope: AbortScope | undefined;
  /** The number of the latest attempt among all of the call, from 1; 0 before the first. */
  attemptNumber = 0;
  /**
   * The monotonic time at which the latest attempt began, in milliseconds; `undefined` before the first. A number in its
   * place would cost each call that hits the cache a box for it.
   */
  startedMs: number | undefined = undefined;
  /** The latest attempt, where it may have to be stopped. */
  attempt: RunningAttempt | undefined = undefined;
  // The next three are declared only, and set where they are needed: each field that is set costs every call.
  /** Corrects what the latest attempt costs of the rate limit, where that is not one token. */
  declare settle: ((cost: number) => void) | undefined;
  /** What can cancel this attempt and no other of the call, where several run at once; it follows the scope of the call. */
  declare ownScope: AbortScope | undefined;
  /** Whether it is one more attempt of a call, beside another. */
  declare isFork: true | undefined;
  /** What is known beyond the plain success. */
  state: CallState | undefined = undefined;

  /** A call that has not begun. */
  constructor(self: unknown, args: readonly unknown[], index?: number, mapScope?: AbortScope) {
    this.self = self;
    this.args = args;
    this.index = index;
    this.mapScope = mapScope;
  }

  /**
   * The same call for another attempt that runs at the same time: it has an attempt of its own, and shares all else.
   * A layer that runs several at once gives each a fork.
   */
  fork(): Call {
    const fork = new Call(this.self, this.args, this.index, this.mapScope);
    fork.state = stateOf(this);
    fork.isFork = true;
    return fork;
  }
}

for (const change of [() => {}, settled, owned]) {
  const example = new Call(undefined, []);
  change(example);
  keepShape(example);
}

function settled(call: Call): void {
  call.settle = () => {};
}

function owned(call: Call): void {
  call.ownScope = new AbortScope();
}

/**
 * The state of `call`, made now if it has none.
 *
 * @param call The call.
 * @returns The state.
 */
export function stateOf(call: Call): CallState {
  return call.state ??= new CallState(call.mapScope, call.attemptNumber);
}

/**
 * What can cancel the attempt that `call` is about to make: the call as a whole, or that attempt alone.
 *
 * @param call The call.
 * @returns The scope; `undefined` where nothing can.
 */
export function scopeOf({ ownScope, state, mapScope }: Call): AbortScope | undefined {
  return ownScope ?? (state === undefined ? mapScope : state.scope);
}
