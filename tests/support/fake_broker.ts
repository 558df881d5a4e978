/** A server on a free port of this machine that answers all who connect as `answer` does, and is no broker. */
export class FakeBroker implements AsyncDisposable {
  readonly port: number;
  /** How many connections are open. */
  open = 0;
  readonly #listener: Deno.TcpListener;
  readonly #accepting: Promise<void>;

  constructor(answer: (connection: Deno.TcpConn) => unknown) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept(answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
  }

  async #accept(answer: (connection: Deno.TcpConn) => unknown): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const connection of this.#listener) serving.push(this.#serve(connection, answer));
    await Promise.all(serving);
  }

  /** Reads until the other side has closed. */
  async #serve(connection: Deno.TcpConn, answer: (connection: Deno.TcpConn) => unknown): Promise<void> {
    this.open++;
    try {
      await answer(connection);
      for (const bytes = new Uint8Array(4_096); await connection.read(bytes) !== null;);
      connection.close();
    } catch {
      // It was closed by the answer, or reset by the other side.
    } finally {
      this.open--;
    }
  }
}
