import { givenKeyOf, runKeyOf } from "../attempt/idempotency_key.ts";
import type { Call } from "../call/call.ts";
import { Job, type JobOwner } from "./job.ts";

/** An attempt of a call, which waits for it. */
export class CallJob extends Job {
  readonly call: Call;
  /** Its outcome. */
  readonly promise: Promise<unknown>;
  #resolve!: (value: unknown) => void;
  #reject!: (error: unknown) => void;

  /** A job that waits to be sent. */
  constructor(call: Call, owner: JobOwner) {
    super(call.args[0], call.index ?? -1, owner);
    this.call = call;
    this.knownCall = call;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** What the keys of its run begin with. */
  get runKey(): string | undefined {
    const { mapScope } = this.call;
    return mapScope === undefined ? undefined : runKeyOf(mapScope);
  }

  /** The key that it was given. */
  get givenKey(): string | undefined {
    return givenKeyOf(this.call);
  }

  protected deliver(isFailed: boolean, outcome: unknown): void {
    if (isFailed) this.#reject(outcome);
    else this.#resolve(outcome);
  }
}
