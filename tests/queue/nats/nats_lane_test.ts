import { FakeClock } from "@opero/core/testing";
import { assertEquals, assertRejects } from "@std/assert";
import type { NatsMessage } from "../../../src/queue/nats/nats_client.ts";
import { NatsError } from "../../../src/queue/nats/nats_error.ts";
import { NatsLane } from "../../../src/queue/nats/nats_lane.ts";
import type { NatsSession } from "../../../src/queue/nats/nats_link.ts";

/** A lane over a server that keeps silent unless it is told what to say. */
class LaneLab {
  readonly clock = new FakeClock();
  readonly lane: NatsLane;
  readonly steps: string[] = [];
  #inboxes: [subject: string, callback: (error: Error | null, message: NatsMessage) => void][] = [];
  #lose: () => void = () => {};

  constructor(make: () => Promise<void> = () => Promise.resolve()) {
    const client = {
      subscribe: (subject: string, { callback }: { callback: (error: Error | null, message: NatsMessage) => void }) => {
        this.#inboxes.push([subject, callback]);
        return { unsubscribe: () => {} };
      },
      publish: () => void this.steps.push("ask"),
    };
    const session = { client, publisher: { apiPrefix: "$JS.API" } } as unknown as NatsSession;
    const onLoss = (listener: () => void) => {
      this.#lose = listener;
      return () => {};
    };
    this.lane = new NatsLane({
      link: { onLoss },
      session,
      clock: this.clock,
      stream: "work",
      consumer: "open",
      make: () => {
        this.steps.push("make");
        return make();
      },
    });
  }

  lose(): void {
    this.#lose();
  }

  /** Answers the nth request with a message. */
  answer(request: number, text: string): void {
    const [, callback] = this.#inboxes[request]!;
    callback(null, { subject: "opero.1.work", data: new TextEncoder().encode(text), respond: () => true });
  }
}

const texts = (messages: readonly NatsMessage[]) => messages.map(({ data }) => new TextDecoder().decode(data));

Deno.test("NatsLane.distrust() lets a request that is under way begin anew, with what it asks made first", async () => {
  const lab = new LaneLab();
  const pulled = lab.lane.pull(1, 937);
  await lab.clock.tick("1ms");
  lab.lane.distrust();
  await lab.clock.tick("1ms");
  assertEquals(lab.steps, ["make", "ask", "make", "ask"]);
  lab.answer(1, "again");
  assertEquals(texts(await pulled), ["again"]);
});

Deno.test("NatsLane.distrust() loses nothing that was handed out to the request before", async () => {
  const lab = new LaneLab();
  const pulled = lab.lane.pull(1, 937);
  await lab.clock.tick("1ms");
  lab.lane.distrust();
  lab.answer(0, "late");
  await lab.clock.tick("1ms");
  lab.answer(1, "new");
  assertEquals(texts(await pulled), ["new"]);
  assertEquals(texts(await lab.lane.pull(1, 937)), ["late"]);
});

Deno.test("NatsLane.pull() asks once more after silence, and rejects where what it needs cannot be made", async () => {
  let isAway = false;
  const lab = new LaneLab(() => isAway ? Promise.reject(new NatsError("make its streams", "lost")) : Promise.resolve());
  const pulled = lab.lane.pull(1, 100);
  await lab.clock.tick("1.2s");
  assertEquals(lab.steps, ["make", "ask", "make", "ask"]);
  const silent = assertRejects(() => pulled, NatsError, "no answer");
  await lab.clock.tick("1.2s");
  await silent;
  isAway = true;
  const pulledThen = lab.lane.pull(1, 100);
  await lab.clock.tick("1ms");
  lab.lose();
  const error = await assertRejects(() => pulledThen, NatsError);
  assertEquals(error.message, "NATS could not make its streams: lost");
});
