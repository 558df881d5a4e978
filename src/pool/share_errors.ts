import { ConfigurationError } from "../errors/configuration_error.ts";
import { formatDuration } from "../errors/format_duration.ts";
import { TimeoutError } from "../errors/timeout_error.ts";
import { readField } from "../errors/read_field.ts";
import { WorkerError } from "../errors/worker_error.ts";

/** What becomes of the items of a function that its pool cannot run. */
export class ShareErrors {
  readonly #name: string;

  /** The errors of the function that messages call `name`. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Its pool takes no more attempts. */
  closed(): ConfigurationError {
    return new ConfigurationError(`Cannot run ${this.#item} as its pool is closed`);
  }

  /** Its pool was closed while the item was under way. */
  ended(): WorkerError {
    return new WorkerError(`Cannot run ${this.#item} to its end as its pool was closed`);
  }

  /** The item can be sent only once. */
  moved(): WorkerError {
    return new WorkerError(`Cannot run ${this.#item} again as its buffers were moved`);
  }

  /** No worker begins the item, as `count` of them were lost before. */
  missed(count: number): WorkerError {
    return new WorkerError(`Cannot begin ${this.#item} as ${count} workers gave no sign of life`);
  }

  /** No worker can be started, or none finds the function. */
  noWorker(cause: unknown): WorkerError | ConfigurationError {
    if (readField(cause, "name") === "EvalError") {
      return new ConfigurationError(
        `Cannot start a worker for ${this.#name} as 'module' must name where the function stands, since no code may be made ` +
          "of its text here, by a Content-Security-Policy without 'unsafe-eval' say: received none",
        { cause },
      );
    }
    return new WorkerError(`Cannot start a worker for ${this.#name}`, { cause });
  }

  /** The module of the function took longer than `limitMs` to load. */
  notLoaded(limitMs: number): WorkerError {
    const why = `its module was not loaded within ${formatDuration(limitMs)}`;
    return new WorkerError(`Cannot start a worker for ${this.#name} as ${why}`);
  }

  /** An attempt took longer than `limitMs`. */
  timeout(limitMs: number): TimeoutError {
    return new TimeoutError(`An attempt of ${this.#name} took longer than ${formatDuration(limitMs)}`, limitMs);
  }

  get #item(): string {
    return `an item of ${this.#name}`;
  }
}
