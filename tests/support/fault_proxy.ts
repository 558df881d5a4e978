/** Which way bytes go: to the server or from it. */
export type Direction = "up" | "down";

/** What a proxy does to the bytes that go one way. */
export type Fault =
  | { readonly kind: "latency"; readonly ms: number }
  | { readonly kind: "blackhole" }
  | { readonly kind: "reset" }
  | { readonly kind: "cut"; readonly bytes: number }
  | { readonly kind: "slices" }
  | { readonly kind: "garbage"; readonly text: string };

/** Passes bytes between a client and a server on this machine, and does them harm. */
export class FaultProxy {
  readonly #listener: Deno.TcpListener;
  #target: number;
  readonly #open = new Set<Deno.Conn>();
  readonly #accepting: Promise<void>;
  readonly #work: Promise<void>[] = [];
  #faults: Partial<Record<Direction, Fault>> = {};

  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Harms what comes from now on, on connections old and new. */
  harm(faults: Partial<Record<Direction, Fault>>): void {
    this.#faults = { ...faults };
  }

  /** Leads new connections to another server; those there are stay where they are. */
  leadTo(target: number): void {
    this.#target = target;
  }

  /** Passes everything on again. What was lost stays lost. */
  heal(): void {
    this.#faults = {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#open) close(connection);
    await Promise.all(this.#work);
  }

  async #accept(): Promise<void> {
    try {
      // None waits for those before it: of clients that gave up a busy machine would never get to one that still waits.
      for await (const client of this.#listener) this.#work.push(this.#join(client));
    } catch {
      // The listener was closed.
    }
  }

  async #join(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    try {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      this.#open.add(server);
      await Promise.all([this.#pass(client, server, "up"), this.#pass(server, client, "down")]);
    } catch {
      // There is no server, and so an end to the client.
      this.#drop(client);
    }
  }

  async #pass(from: Deno.Conn, to: Deno.Conn, direction: Direction): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
        await deliver(buffer.slice(0, read), to, this.#faults[direction], (fault) => {
          this.#faults[direction] = fault;
        });
      }
    } catch {
      // One of the two hung up.
    }
    this.#drop(from);
    this.#drop(to);
  }

  #drop(connection: Deno.Conn): void {
    this.#open.delete(connection);
    close(connection);
  }
}

async function deliver(
  bytes: Uint8Array,
  to: Deno.Conn,
  fault: Fault | undefined,
  goOnWith: (fault: Fault) => void,
): Promise<void> {
  switch (fault?.kind) {
    case undefined:
      return await writeAll(to, bytes);
    case "latency":
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return await writeAll(to, bytes);
    case "blackhole":
      return;
    case "reset":
      throw new Error("reset");
    case "cut":
      await writeAll(to, bytes.subarray(0, fault.bytes));
      if (bytes.length >= fault.bytes) throw new Error("cut");
      return goOnWith({ kind: "cut", bytes: fault.bytes - bytes.length });
    case "slices":
      for (const byte of bytes) await writeAll(to, Uint8Array.of(byte));
      return;
    case "garbage":
      return await writeAll(to, new Uint8Array([...new TextEncoder().encode(fault.text), ...bytes]));
  }
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
