import type { Call } from "../../call/call.ts";
import type { Handler } from "../../call/layer.ts";
import type { LayerHost } from "../../attempt/layer_host.ts";
import { Flight, type Rerun } from "./flight.ts";
import { type FlightContext, flightContext as processContext } from "./flight_context.ts";
import { joinEither } from "./join_either.ts";
import { runnerFor } from "./runner_call.ts";

/** How the runs of a function are distinguished. */
export interface FlightOptions {
  /** Whether they are in all that they await, from the first run on; otherwise from the first one that is joined. */
  readonly isTracked: boolean;
  /** Whether every run has a deadline, so that no wait for one is without end. */
  readonly isBounded: boolean;
}

/** The waits of calls for the runs of one function: none waits for itself. */
export class FlightWaits {
  readonly #host: LayerHost;
  readonly #isBounded: boolean;
  readonly #context: FlightContext;
  #isTracked: boolean;

  /** The waits for one function. */
  constructor(host: LayerHost, { isTracked, isBounded }: FlightOptions, context: FlightContext = processContext) {
    this.#host = host;
    this.#isTracked = isTracked;
    this.#isBounded = isBounded;
    this.#context = context;
  }

  /**
   * Whether the call that is being made can wait for `flight`, which does not wait for it.
   *
   * @throws {ConfigurationError} If it is a recursion without an end.
   */
  mayJoin(flight: Flight): boolean {
    return this.#context.mayWaitFor(flight);
  }

  /**
   * Waits for `flight` on behalf of `call`. Where it may be the run that makes the call, which cannot be known, another
   * run is begun after a while, one for all who wait; `next` runs the function.
   */
  join(flight: Flight, call: Call, rerun: Rerun, next: Handler): Promise<unknown> {
    if (flight.isTracked || this.#isBounded || call.state?.limits?.deadlineMs !== undefined) {
      return flight.join(call, rerun);
    }
    // From now on it is known, which costs a run as much as half of what all else costs.
    this.#isTracked = true;
    if (!flight.isRunning && this.#context.canTrack) return flight.join(call, rerun);
    const { current } = this.#context;
    const earlier = flight.standIn;
    const standIn = () => this.#standInFor(flight, call, next, earlier, current);
    return joinEither(flight, call, rerun, this.#host.clock, standIn);
  }

  /** Begins the run of `flight`. */
  run(flight: Flight, next: Handler): Promise<unknown> {
    return this.#context.run(flight, this.#isTracked, next);
  }

  /** Runs for a call that cannot wait for `flight`, since that waits for it; its result is for that call alone. */
  runWithin(call: Call, flight: Flight, next: Handler): Promise<unknown> {
    const own = new Flight(flight.owner, call, flight.key);
    this.#context.recordStart(own);
    return this.#runRecorded(own, this.#isTracked || flight.isTracked, next);
  }

  /**
   * The run that a call waits for beside `flight`. It does not wait for the call: it knows of all that it calls; where
   * the platform cannot follow it, it began after the call, when there was no other one than `earlier`.
   *
   * @throws {ConfigurationError} If it is a recursion without an end.
   */
  #standInFor(flight: Flight, call: Call, next: Handler, earlier?: Flight, caller?: Flight): Flight {
    const latest = flight.standIn;
    if (latest !== undefined && !latest.isOver && (latest.isTracked || latest !== earlier)) return latest;
    const own = new Flight(flight.owner, runnerFor(call, call.state?.limits), flight.key);
    this.#context.recordStandIn(own, flight, caller ?? earlier);
    flight.standIn = own;
    return own.start(this.#runRecorded(own, true, next).then((value) => own.finish(value)));
  }

  #runRecorded(flight: Flight, isTracked: boolean, next: Handler): Promise<unknown> {
    const end = () => this.#context.recordEnd(flight);
    const result = this.#context.run(flight, isTracked, next);
    result.then(end, end);
    return result;
  }
}
