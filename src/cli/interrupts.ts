import type { EndSignal, HostProcess } from "../runtime/host_process.ts";
import { SIGNAL_CODES } from "./exit_code.ts";

/** So long after a SIGTERM what still runs is interrupted. */
const GRACE_MS = 10_000;

/** What the signals ask of a run. */
export interface InterruptListener {
  /** Begins no more items; those that run end by themselves. */
  stopSoon(reason: string): void;
  /** Interrupts what runs. */
  stopNow(reason: string): void;
}

/** Follows the signals that ask a run to end: once soon, twice now, and 10 s after a SIGTERM now, too. */
export class Interrupts {
  readonly #stopListening: () => void;
  readonly #listener: InterruptListener;
  #first: EndSignal | undefined = undefined;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;

  /** Follows them from now on. */
  constructor(host: HostProcess, listener: InterruptListener) {
    this.#listener = listener;
    this.#stopListening = host.onEndSignal((signal) => this.#receive(signal));
  }

  /** What the process ends with; `undefined` where no signal came. */
  get exitCode(): number | undefined {
    return this.#first === undefined ? undefined : SIGNAL_CODES[this.#first];
  }

  /** The first signal, if one came. */
  get signal(): EndSignal | undefined {
    return this.#first;
  }

  /** Leaves the signals to the runtime again. */
  close(): void {
    clearTimeout(this.#timer);
    this.#stopListening();
  }

  #receive(signal: EndSignal): void {
    if (this.#first !== undefined) return this.#listener.stopNow(`interrupted by ${signal}`);
    this.#first = signal;
    this.#listener.stopSoon(`interrupted by ${signal}`);
    if (signal === "SIGTERM") this.#timer = setTimeout(() => this.#listener.stopNow(`${signal} 10 s ago`), GRACE_MS);
  }
}
