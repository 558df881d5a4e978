import { asyncContextHandler } from "../attempt/current_call.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { RefusalLog } from "../attempt/refusal_log.ts";
import { retryPredicate } from "../attempt/retry_predicate.ts";
import { type CustomLayer, placeLayers } from "../policy/custom_layers.ts";
import type { LayerPlace } from "../policy/policy.ts";
import { NO_HANDLES } from "../policy/policy_handles.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import { isBug } from "../retry/is_bug.ts";
import { CallTally } from "../telemetry/call_tally.ts";
import type { Clock } from "../time/clock.ts";
import { cacheHandle } from "./cache_handle.ts";
import { counted } from "./counted.ts";
import type { CallCounter, Engine, Form, PlacedForms } from "./engine.ts";
import { lostReceiver } from "./lost_receiver.ts";
import { OPERO_TABLE } from "./opero_table.ts";
import { POLICIES } from "./policies.ts";
import { SharedValues } from "./shared_values.ts";
import { tracedAttempt } from "./traced_attempt.ts";
import { tracedCall } from "./traced_call.ts";

/** All that there is. */
export const FULL_ENGINE: Engine = {
  policies: POLICIES,
  table: OPERO_TABLE,
  openLog: (log, { fallbackOn }) =>
    new RefusalLog({ ...log, fallbackOn: retryPredicate(fallbackOn, log.functionName, "fallbackOn", isBug) }),
  isBug,
  placeForms,
  countCalls,
  openShared: () => new SharedValues(),
  openHandles,
  lostReceiver,
  makeAsyncHandler: asyncContextHandler,
  traced: tracedCall,
};

/** All from here on is a part of the attempt. */
const ATTEMPT_PLACE = "failOn";

/** Traces each attempt of calls that are traced. */
const TRACING: Form = { plain: undefined, limited: () => undefined, watched: tracedAttempt };

function placeForms(
  task: string,
  given: readonly CustomLayer[],
  places: readonly LayerPlace[],
  host: LayerHost,
): PlacedForms {
  const layersAt = placeLayers(task, given, places, host);
  return (side, place) => {
    const forms = layersAt(side, place).map((layer): Form => ({ plain: layer, limited: () => layer }));
    return side === "outside" && place === ATTEMPT_PLACE ? [TRACING, ...forms] : forms;
  };
}

function countCalls(clock: Clock): CallCounter {
  const tally = new CallTally();
  return { tally, layer: counted(tally, clock) };
}

function openHandles({ cache, functionName }: PolicyHost, tally: CallTally | undefined): object {
  return { cache: cacheHandle(cache, functionName), ...NO_HANDLES, stats: tally && (() => tally.read()) };
}
