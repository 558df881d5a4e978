import { keepShape } from "../runtime/kept_shape.ts";
import { ItemSource } from "./item_source.ts";
import { MapList } from "./map_list.ts";
import type { MapRunSetup } from "./map_run_setup.ts";
import { MapStreamRun } from "./map_stream.ts";

/**
 * Keeps a list and a stream that never begin, with all that they consist of, as {@link keepShape} does: most of the time
 * there is no run. To be called once, where the first is set up, since what a run asks for the async context is loaded then.
 */
export function keepRuns(): void {
  const setup = { source: new ItemSource([]), functionName: "" } as MapRunSetup;
  const [list, stream] = [new MapList(setup, true), new MapStreamRun(setup, true)];
  // Else the context of the caller that comes first would be kept.
  list.inContext = stream.inContext = (fn) => fn();
  keepShape(list);
  keepShape(stream.open());
}
