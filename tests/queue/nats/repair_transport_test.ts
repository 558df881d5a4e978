import { assertEquals, assertThrows } from "@std/assert";
import { EventEmitter } from "node:events";
import { repairTransport } from "../../../src/queue/nats/repair_transport.ts";

/** A class that handles its sockets as the client's does. */
function transportClass() {
  return class {
    connected = false;
    readonly calls: string[] = [];
    readonly socket = new EventEmitter();

    dial(): Promise<EventEmitter> {
      return Promise.resolve(this.socket);
    }
    tlsFirst(): Promise<EventEmitter> {
      return Promise.resolve(this.socket);
    }
    startTLS(): Promise<EventEmitter> {
      return Promise.resolve(this.socket);
    }
    close(error?: Error): Promise<void> {
      this.calls.push(`close ${error?.message}`);
      return Promise.resolve();
    }
    discard(): void {
      this.calls.push("discard");
    }
  };
}

Deno.test("repairTransport() lets no error of a socket find nobody who listens", async () => {
  for (const name of ["dial", "tlsFirst", "startTLS"] as const) {
    const Transport = transportClass();
    repairTransport(Transport);
    const socket = await new Transport()[name]();
    const heard: unknown[] = [];
    socket.on("error", (error) => heard.push(error));
    socket.emit("error", "first");
    socket.removeAllListeners();
    socket.emit("error", "second");
    socket.removeAllListeners("error");
    socket.emit("error", "third");
    assertEquals(heard, ["first"]);
  }
  const bare = transportClass();
  const socket = await new bare().dial();
  assertThrows(() => socket.emit("error", new Error("reset")), Error, "reset");
});

Deno.test("repairTransport() destroys the socket where the server had not presented itself", async () => {
  const Transport = transportClass();
  repairTransport(Transport);
  repairTransport(Transport);
  const transport = new Transport();
  await transport.close(new Error("timeout"));
  transport.connected = true;
  await transport.close();
  assertEquals(transport.calls, ["discard", "close timeout", "close undefined"]);
});

Deno.test("repairTransport() leaves alone what is no transport of sockets", () => {
  class Other {
    dial = 1;
    close(): string {
      return "as it was";
    }
  }
  for (const other of [undefined, "text", {}, Other, () => {}]) repairTransport(other);
  assertEquals(new Other().close(), "as it was");
});
