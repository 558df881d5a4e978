import type { LayerHost } from "../attempt/layer_host.ts";
import type { Layer } from "../call/layer.ts";
import { HedgeBudget } from "../hedge/hedge_budget.ts";
import { QuantileDelay } from "../hedge/quantile_delay.ts";
import { filledHedge, type HedgeConfig, hedgeRule, showHedge } from "../policy/hedge_fields.ts";
import { HedgeRace, type HedgeRaceSettings } from "../policy/hedge_race.ts";
import { definePolicy, type Policy } from "../policy/policy.ts";

/** What is done about attempts that are slow. */
export interface HedgeOptions {
  /**
   * Makes another attempt while one is slow: the first success wins, and the others are aborted. `after` is a time or, as in
   * `{ quantile: 0.95 }`, what most of the latest attempts take. Only for functions that may run twice.
   */
  readonly hedge?: HedgeConfig | undefined;
}

/** Another attempt while one is slow. */
export const hedgePolicy: Policy = definePolicy<HedgeOptions>({
  name: "hedge",
  rules: { hedge: hedgeRule },
  defaults: {},
  show: { hedge: showHedge },
  resolve: ({ hedge }, host) => {
    if (hedge === undefined) return undefined;
    const { after, max, budget } = filledHedge(host.task, hedge, host.hint);
    const latencies = typeof after === "number" ? undefined : new QuantileDelay(after);
    return hedgeLayer({
      delayMs: typeof after === "number" ? () => after * 1_000 : () => latencies!.delayMs,
      latencies,
      max,
      budget: new HedgeBudget(budget, host.budget),
    }, host);
  },
});

/**
 * Makes another attempt while one is slow, after Dean and Barroso, "The Tail at Scale" (2013).
 *
 * - Success: that of whichever attempt is first; the signals of the others are aborted, its own is not, and what comes of
 *   the others no longer counts.
 * - Failure: an attempt that fails before it is slow fails as without hedges. Of several at once, the last to fail decides:
 *   all are failed attempts of the round.
 * - Refusal of a hedge, by a full queue or a limit: it was not made, and nothing is taken from the budgets.
 * - Abort: ends all of them; each is a failed attempt.
 *
 * It stands within the retries, the fallback values and the circuit breaker, which see one attempt, and around the slots and
 * the rate limit: each hedge takes its own slot and its own token. Time that an attempt waits for those, or for a worker, is not
 * slowness.
 *
 * @param settings When and how often.
 * @param host What the instance provides for the layers.
 * @returns The layer.
 */
export function hedgeLayer(settings: HedgeRaceSettings, host: LayerHost): Layer {
  return (next) => (call) => {
    settings.budget.addCall();
    return new HedgeRace(call, next, settings, host).run();
  };
}
