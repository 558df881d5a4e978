import { readCommands } from "./example_document.ts";
import { ExampleProgram, freePort, untilListening } from "./example_program.ts";

/** The service that examples ask, started as the README of one of them says. */
export class ExampleService implements AsyncDisposable {
  readonly #program: ExampleProgram;
  /** Where it is. */
  readonly url: string;

  private constructor(name: string, port: number) {
    this.#program = new ExampleProgram(readCommands(name)[0]!, { env: { PORT: `${port}` } });
    this.url = `http://localhost:${port}`;
  }

  /** Starts it for the example called `name`. */
  static async start(name: string): Promise<ExampleService> {
    const port = freePort();
    const service = new ExampleService(name, port);
    await untilListening(port);
    return service;
  }

  /** What it has answered so far. */
  get lines(): readonly string[] {
    return this.#program.lines;
  }

  /** Waits until it has answered as many requests. */
  async untilLines(count: number): Promise<void> {
    await this.#program.untilLines(count);
  }

  /** Ends it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#program.kill();
  }
}
