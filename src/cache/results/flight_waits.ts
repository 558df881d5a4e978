import { quoted } from "../../errors/printable.ts";
import { ConfigurationError } from "../../errors/configuration_error.ts";
import { interruptible } from "../../call/interruptible.ts";
import type { Call } from "../../call/call.ts";
import type { Handler } from "../../call/layer.ts";
import type { LayerHost } from "../../attempt/layer_host.ts";
import { Flight, type Rerun } from "./flight.ts";
import { type FlightContext, flightContext as processContext } from "./flight_context.ts";

/** How long a call waits for a run that may be its own, where that cannot be known. */
const BLIND_WAIT_MS = 30_000;

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

  /** Waits for `flight` on behalf of `call`, not without end where it may be the run that makes the call. */
  join(flight: Flight, call: Call, rerun: Rerun): Promise<unknown> {
    const result = flight.join(call, rerun);
    if (flight.isTracked || this.#isBounded || call.state?.limits?.deadlineMs !== undefined) return result;
    // From now on it is known, which costs a run as much as half of what all else costs.
    this.#isTracked = true;
    if (!flight.isRunning && this.#context.canTrack) return result;
    return interruptible(() => result, (stop) => {
      const timer = this.#host.clock.setTimer(BLIND_WAIT_MS, () => stop(this.#blindError()));
      return () => timer.cancel();
    });
  }

  /** Begins the run of `flight`. */
  run(flight: Flight, next: Handler): Promise<unknown> {
    return this.#context.run(flight, this.#isTracked, next);
  }

  /** Runs for a call that cannot wait for `flight`, since that waits for it; its result is for that call alone. */
  runWithin(call: Call, flight: Flight, next: Handler): Promise<unknown> {
    const own = new Flight(flight.owner, call, flight.key);
    this.#context.recordStart(own);
    const end = () => this.#context.recordEnd(own);
    const result = this.#context.run(own, this.#isTracked || flight.isTracked, next);
    result.then(end, end);
    return result;
  }

  #blindError(): ConfigurationError {
    const name = quoted(this.#host.functionName);
    return new ConfigurationError(
      `Cannot wait any longer for a run of ${name} that is under way as it may be waiting for this very call, and has ` +
        `not ended in 30 s: where ${name} asks for its own result while it runs, give it the option context: "async"; ` +
        "where it is merely slow, a 'deadline'",
    );
  }
}
