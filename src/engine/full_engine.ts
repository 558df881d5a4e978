import { asyncContextHandler } from "../attempt/current_call.ts";
import { RefusalLog } from "../attempt/refusal_log.ts";
import { placeLayers } from "../policy/custom_layers.ts";
import { NO_HANDLES } from "../policy/policy_handles.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import { isBug } from "../retry/is_bug.ts";
import { CallTally } from "../telemetry/call_tally.ts";
import type { Clock } from "../time/clock.ts";
import { cacheHandle } from "./cache_handle.ts";
import { counted } from "./counted.ts";
import type { CallCounter, Engine } from "./engine.ts";
import { OPERO_TABLE } from "./opero_table.ts";
import { POLICIES } from "./policies.ts";
import { SharedValues } from "./shared_values.ts";
import { tracedAttempt } from "./traced_attempt.ts";
import { tracedCall } from "./traced_call.ts";

/** All that there is. */
export const FULL_ENGINE: Engine = {
  policies: POLICIES,
  table: OPERO_TABLE,
  openLog: (options) => new RefusalLog(options),
  isBug,
  placeLayers,
  countCalls,
  openShared: () => new SharedValues(),
  openHandles,
  makeAsyncHandler: asyncContextHandler,
  tracing: { traced: tracedCall, layer: tracedAttempt },
};

function countCalls(clock: Clock): CallCounter {
  const tally = new CallTally();
  return { tally, layer: counted(tally, clock) };
}

function openHandles({ cache, functionName }: PolicyHost, tally: CallTally | undefined): object {
  return { cache: cacheHandle(cache, functionName), ...NO_HANDLES, stats: tally && (() => tally.read()) };
}
