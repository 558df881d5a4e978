import type { LayerHost } from "../../attempt/layer_host.ts";
import type { Handler } from "../../call/layer.ts";
import { CacheService } from "./cache_service.ts";
import { CachedResults } from "./cached_results.ts";
import type { FlightOptions } from "./flight_waits.ts";

/** The cached results of one function, and the calls that are served from them. */
export class ServedResults extends CachedResults {
  /** Serves calls from here, and by `next` what is not here; with `mode` "refresh" every call by `next`. */
  serve(next: Handler, host: LayerHost, options: FlightOptions, mode?: "refresh"): Handler {
    const service = new CacheService(this, next, host, options);
    if (mode === "refresh") return service.refreshing();
    return this.store.isInMemory ? service.inMemory() : service.beyondMemory();
  }
}
