import { type AsyncContext, createAsyncContext } from "../../runtime/async_context.ts";
import { ConfigurationError } from "../../errors/configuration_error.ts";
import type { Handler } from "../../call/layer.ts";
import type { Flight, FlightLinks } from "./flight.ts";

/** A run that asks for its own result may do so again in the run that it is given instead, as deep as this. */
const MAX_DEPTH = 100;

/** Knows in whose run a call is made, so that a run is not made to wait for itself. */
export class FlightContext {
  readonly #create: () => AsyncContext<Flight | undefined> | undefined;
  #storage: AsyncContext<Flight | undefined> | undefined;
  #hasStorage: boolean | undefined = undefined;
  /** The run that is in its synchronous part, which costs nothing to know. */
  #running: Flight | undefined = undefined;

  /** `create` makes what follows a run through all that it awaits, or nothing where the platform cannot. */
  constructor(create: () => AsyncContext<Flight | undefined> | undefined = createAsyncContext) {
    this.#create = create;
  }

  /** The run that the code which asks is in, where that is known. */
  get current(): Flight | undefined {
    const flight = this.#running ?? this.#storage?.getStore();
    return flight?.isOver ? undefined : flight;
  }

  /** Whether the platform can follow a run through all that it awaits. */
  get canTrack(): boolean {
    this.#hasStorage ??= (this.#storage = this.#create()) !== undefined;
    return this.#hasStorage;
  }

  /** Begins the run of `flight`; one that is tracked is known in all that it awaits, which takes a while. */
  run(flight: Flight, isTracked: boolean, next: Handler): Promise<unknown> {
    const outer = this.#running;
    this.#running = flight;
    flight.run(isTracked && this.canTrack);
    try {
      return flight.isTracked ? this.#storage!.run(flight, () => next(flight.call)) : next(flight.call);
    } finally {
      this.#running = outer;
    }
  }

  /**
   * Records that the code which asks is going to wait for `flight`, and returns whether it may.
   *
   * @throws {ConfigurationError} If it has come back to its own result again and again.
   */
  mayWaitFor(flight: Flight): boolean {
    const waiting = this.current;
    if (waiting === undefined) return true;
    if (isWithin(waiting, flight) || leadsTo(flight, waiting)) {
      requireBounded(waiting, flight);
      return false;
    }
    recordWait(waiting, flight);
    return true;
  }

  /** Records that `flight` is started, in whose run, and that this run waits for it. */
  recordStart(flight: Flight): void {
    const parent = this.current;
    if (parent === undefined) return;
    linksOf(flight).parent = parent;
    recordWait(parent, flight);
  }

  /**
   * Records that `standIn` is begun for a call that `flight` may be waiting for, as if it were; the call is made in the run
   * of `caller`, where that is known.
   *
   * @throws {ConfigurationError} If it has come back to its own result again and again.
   */
  recordStandIn(standIn: Flight, flight: Flight, caller: Flight | undefined): void {
    const isWithin = caller !== undefined && !caller.isOver;
    if (isWithin) requireBounded(caller, flight);
    recordWait(flight, standIn);
    if (!isWithin) return;
    linksOf(standIn).parent = caller;
    recordWait(caller, standIn);
  }

  /** Forgets who waits for `flight`, which has ended; what it has begun and not awaited is no caller's wait any more. */
  recordEnd(flight: Flight): void {
    flight.end();
    const { links } = flight;
    if (links === undefined) return;
    links.parent = undefined;
    for (const waiting of links.waitedBy) waiting.links?.waitsFor.delete(flight);
    links.waitedBy.clear();
  }
}

function linksOf(flight: Flight): FlightLinks {
  return flight.links ??= { parent: undefined, waitsFor: new Set(), waitedBy: new Set() };
}

function recordWait(waiting: Flight, flight: Flight): void {
  linksOf(waiting).waitsFor.add(flight);
  linksOf(flight).waitedBy.add(waiting);
}

function isWithin(flight: Flight, outer: Flight): boolean {
  for (let each: Flight | undefined = flight; each !== undefined; each = each.links?.parent) {
    if (each === outer) return true;
  }
  return false;
}

/** Whether `from` waits for `to`, be it by way of others. */
function leadsTo(from: Flight, to: Flight): boolean {
  const seen = new Set([from]);
  for (const flight of seen) {
    if (flight === to) return true;
    for (const next of flight.links?.waitsFor ?? []) seen.add(next);
  }
  return false;
}

function requireBounded(waiting: Flight, flight: Flight): void {
  let depth = 0;
  for (let each: Flight | undefined = waiting; each !== undefined; each = each.links?.parent) {
    if (each.key === flight.key && each.owner === flight.owner) depth++;
  }
  if (depth < MAX_DEPTH) return;
  throw new ConfigurationError(
    `Cannot call the function as it asks for its own result while it runs, ${MAX_DEPTH} times over: ` +
      "a recursion must end",
  );
}

/** One for the process: calls go from function to function, whatever their instance. */
export const flightContext: FlightContext = new FlightContext();
