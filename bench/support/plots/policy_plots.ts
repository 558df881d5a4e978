import { hedgePlot } from "./hedge_plot.ts";
import { jitterPlot } from "./jitter_plot.ts";
import { layersPicture } from "./layers_picture.ts";
import { limitPlot } from "./limit_plot.ts";
import { outagePlot } from "./outage_plot.ts";

/** The plots of the documents by their path from the root; each is simulated, and the same at every run. */
export const POLICY_PLOTS: Readonly<Record<string, () => Promise<string>>> = {
  "docs/images/outage.svg": outagePlot,
  "docs/images/hedging.svg": hedgePlot,
  "docs/images/adaptive_limit.svg": limitPlot,
  "docs/images/jitter.svg": jitterPlot,
  "docs/images/layers.svg": layersPicture,
};
