import type { LayerHost } from "../../attempt/layer_host.ts";
import { errorLabel } from "../../errors/error_label.ts";
import { isRequestBound } from "../../runtime/request_bound.ts";

/** What continues behind answers, for which the platform is asked to wait where it would end it with the request. */
export class Behind {
  /** Whether what is begun behind an answer can come to an end. */
  readonly isPossible: boolean;
  readonly #waitUntil: ((promise: Promise<unknown>) => void) | undefined;
  readonly #host: LayerHost;

  /** `waitUntil` is the option of the user. */
  constructor(waitUntil: ((promise: Promise<unknown>) => void) | undefined, host: LayerHost) {
    this.#waitUntil = waitUntil;
    this.#host = host;
    this.isPossible = waitUntil !== undefined || !isRequestBound();
  }

  /** Asks for `work` to be waited for, which may fail. */
  follow(work: Promise<unknown>): void {
    if (this.#waitUntil === undefined) return;
    const { telemetry, functionName } = this.#host;
    try {
      this.#waitUntil(work.then(() => {}, () => {}));
    } catch (error) {
      const fields = { functionName, error: errorLabel(error) };
      if (telemetry.isOn) telemetry.log("warning", "'waitUntil' failed, so work behind an answer may be cut", fields);
    }
  }
}
