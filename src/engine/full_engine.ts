import { placeLayers } from "../policy/custom_layers.ts";
import { CallTally } from "../telemetry/call_tally.ts";
import { beginTrace } from "../telemetry/call_trace.ts";
import type { Clock } from "../time/clock.ts";
import { counted } from "./counted.ts";
import type { CallCounter, Engine } from "./engine.ts";
import { OPERO_TABLE } from "./opero_table.ts";
import { POLICIES } from "./policies.ts";

/** All that there is. */
export const FULL_ENGINE: Engine = { policies: POLICIES, table: OPERO_TABLE, placeLayers, countCalls, beginTrace };

function countCalls(clock: Clock): CallCounter {
  const tally = new CallTally();
  return { tally, layer: counted(tally, clock) };
}
