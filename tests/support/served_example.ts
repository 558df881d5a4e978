import { assertEquals } from "@std/assert";
import { readBlock, readCommands, withoutTimes } from "./example_document.ts";
import { ExampleProgram, freePort, untilListening } from "./example_program.ts";
import { ExampleService } from "./example_service.ts";

/** Whether the commands that the READMEs show can be run. */
export const hasCurl: boolean = ["sh", "curl", "grep"].every((program) => {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync() !==
      undefined;
  } catch {
    return false;
  }
});

/** Starts the server of an example, which is to listen on PORT and to ask the service at API_URL. */
export type StartServer = (env: Readonly<Record<string, string>>) => ExampleProgram;

/** An example that serves, beside the service that it asks: both are up, and what its README shows is done. */
export class ServedExample implements AsyncDisposable {
  readonly #name: string;
  readonly #start: StartServer;
  readonly #service: ExampleService;
  readonly #port: number = freePort();
  #server: ExampleProgram;

  private constructor(name: string, start: StartServer, service: ExampleService) {
    this.#name = name;
    this.#start = start;
    this.#service = service;
    this.#server = this.#startServer();
  }

  /** Starts both; by default the server as its README says. */
  static async start(name: string, start: StartServer = (env) => asDocumented(name, env)): Promise<ServedExample> {
    const example = new ServedExample(name, start, await ExampleService.start(name));
    await untilListening(example.#port);
    return example;
  }

  /** Runs the commands of a block, the first by default, and looks whether they write what the README shows. */
  async tryCommands(index = 0): Promise<void> {
    const shown = readBlock(this.#name, "console", index);
    const written: string[] = [];
    for (const line of shown.filter((line) => line.startsWith("$ "))) {
      written.push(line, ...await this.#run(line.slice(2)));
    }
    assertEquals(withoutTimes(written), withoutTimes(shown));
  }

  /** Looks whether the service was asked what the README shows. */
  async checkRequests(): Promise<void> {
    const shown = readBlock(this.#name, "text");
    await this.#service.untilLines(shown.length);
    assertEquals(this.#service.lines, shown);
  }

  async stopService(): Promise<void> {
    await this.#service[Symbol.asyncDispose]();
  }

  async restartServer(): Promise<void> {
    await this.#server.kill();
    this.#server = this.#startServer();
    await untilListening(this.#port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.stopService(), this.#server.kill()]);
  }

  #startServer(): ExampleProgram {
    return this.#start({ PORT: `${this.#port}`, API_URL: this.#service.url });
  }

  async #run(command: string): Promise<string[]> {
    const args = ["-c", command.replaceAll("localhost:8000", `127.0.0.1:${this.#port}`)];
    const { stdout } = await new Deno.Command("sh", { args, stderr: "inherit" }).output();
    const text = new TextDecoder().decode(stdout).replaceAll("\r", "");
    return text === "" ? [] : text.trimEnd().split("\n");
  }
}

function asDocumented(name: string, env: Readonly<Record<string, string>>): ExampleProgram {
  return new ExampleProgram(readCommands(name)[1]!, { env });
}
