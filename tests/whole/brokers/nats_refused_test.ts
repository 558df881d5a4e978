/** Servers that refuse, break off or are no NATS at all: each gives an error that says what to do, and ends no process. */
import { configureLogging, EngineError, type MapError, opmap } from "@opero/core";
import { natsEngine, NatsError } from "@opero/core/nats";
import { serve } from "@opero/core/worker";
import { connect } from "@nats-io/transport-node";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FakeBroker } from "../../support/fake_broker.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { until } from "../../support/until.ts";

const ADDRESS = { task: "thumbs", version: "2" };
const SECRET = "canary-7f3a";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs nats-server)`, ignore: !hasNatsServer, fn });
}

/** The message of the error with which a caller is refused; it shows no secret, and the engine logs none. */
async function refusal(servers: string, options: Record<string, unknown> = {}): Promise<string> {
  const lines: string[] = [];
  const restore = configureLogging({ level: "debug", sink: (line) => lines.push(line) });
  await using engine = natsEngine({ servers, connect: { timeout: 30_000, ...options } });
  const error = await assertRejects(() => engine.openCaller(ADDRESS, "run-1", () => {}), NatsError);
  restore();
  assert(!`${Deno.inspect(error)}${lines}`.includes(SECRET));
  return error.message;
}

const withSecret = (port: number) => `nats://${SECRET}@127.0.0.1:${port}`;

// Each time the server resets the connection while the client ends it; an error that nobody hears of fails the test.
test("natsEngine() says what to do where a sign-in is refused, as often as that is", async () => {
  await using server = await NatsServer.start(`authorization { token: "right" }`);
  for (let times = 0; times < 40; times++) {
    assertEquals(
      await refusal(withSecret(server.port)),
      "NATS could not connect: AuthorizationError: Authorization Violation; look whether the user and the password, " +
        "the token or the keys in 'servers' and 'connect' are those of the server",
    );
  }
  await using engine = natsEngine({ servers: server.url.replace("//", "//right@") });
  await using _caller = await engine.openCaller(ADDRESS, "run-1", () => {});
});

const INFO = `INFO ${JSON.stringify({ server_id: "x", version: "2.9.10", proto: 1, max_payload: 1_048_576 })}\r\n`;
const CLOSED = "ConnectionError: error connecting - node provided an undefined error; the server closed the connection";
const NO_NATS = "unexpected response from server; what listens there is no NATS server: correct 'servers'";

const say = (text: string) => (connection: Deno.TcpConn) => connection.write(new TextEncoder().encode(text));

/** What a server does, and what the error says then. */
const STRANGERS: Record<string, readonly [(connection: Deno.TcpConn) => unknown, string]> = {
  "closes at once": [(connection) => connection.close(), CLOSED],
  "speaks HTTP": [say("HTTP/1.1 400 Bad Request\r\n\r\n"), NO_NATS],
  "speaks SSH": [say("SSH-2.0-OpenSSH_9.2\r\n"), NO_NATS],
  "refuses in its first word": [say(`${INFO}-ERR 'Authorization Violation'\r\n`), "Authorization Violation; look"],
};

for (const [what, [answer, words]] of Object.entries(STRANGERS)) {
  Deno.test(`natsEngine() says what to do where a server ${what}`, async () => {
    await using broker = new FakeBroker(answer);
    for (let times = 0; times < 5; times++) {
      const message = await refusal(withSecret(broker.port));
      assert(message.includes(words), message);
    }
    // A socket that is left open would keep the process alive.
    await until(() => broker.open === 0);
  });
}

Deno.test("natsEngine() leaves no socket open where a server says nothing, or nothing more", async () => {
  for (const answer of [() => {}, say(INFO), say("no line")]) {
    await using broker = new FakeBroker(answer);
    const message = await refusal(withSecret(broker.port), { timeout: 300 });
    assert(message.includes("TimeoutError: timeout; look whether a NATS server listens there"), message);
    await until(() => broker.open === 0);
  }
});

/** Options of `tls` that a server is run with. */
async function makeCertificate(directory: string): Promise<string> {
  const [cert, key] = [`${directory}/cert.pem`, `${directory}/key.pem`];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", ...subject];
  const openssl = new Deno.Command("openssl", { args: [...args, "-keyout", key, "-out", cert], stderr: "null" });
  assert((await openssl.output()).success);
  return `tls { cert_file: ${JSON.stringify(cert)}, key_file: ${JSON.stringify(key)} }`;
}

test("natsEngine() says what to do where TLS fails, and connects where it does not", async () => {
  const directory = await Deno.makeTempDir();
  await using server = await NatsServer.start(await makeCertificate(directory));
  const host = `nats://localhost:${server.port}`;
  const caFile = `${directory}/cert.pem`;
  assert((await refusal(host)).endsWith("give the authority of the certificate as connect: { tls: { caFile } }"));
  const elsewhere = await refusal(host, { tls: { caFile, servername: "elsewhere" } });
  assert(elsewhere.endsWith("name the server in 'servers' as its certificate does"), elsewhere);
  await using plain = await NatsServer.start();
  const unencrypted = await refusal(plain.url, { tls: { caFile } });
  assert(unencrypted.endsWith("leave 'tls' of 'connect' out, or switch it on in the server"), unencrypted);
  await using engine = natsEngine({ servers: host, connect: { tls: { caFile } } });
  await using _caller = await engine.openCaller(ADDRESS, "run-1", () => {});
  await Deno.remove(directory, { recursive: true });
});

test("natsEngine() says what to do where a server has no streams", async () => {
  await using server = await NatsServer.start("jetstream: disabled");
  const message = await refusal(server.url);
  assert(message.endsWith("jetstream is not enabled; start the server with JetStream, as by nats-server -js"), message);
});

/** All that a user needs, without those that begin with one of the words. */
function permissions(...without: readonly string[]): string {
  const isLeft = (subject: string) => !without.some((each) => subject.startsWith(each));
  const api = ["STREAM.*.opero-1-work", "STREAM.*.opero-1-results", "CONSUMER.>"].map((each) => `$JS.API.${each}`);
  const acks = ["$JS.ACK.opero-1-work.>", "$JS.ACK.opero-1-results.>"];
  const publish = ["opero.1.>", ...api, ...acks].filter(isLeft);
  const subscribe = ["_INBOX.>", "opero.1.news.>"].filter(isLeft);
  const denied = JSON.stringify({ publish, subscribe });
  return `authorization { users: [{ user: ada, password: "${SECRET}", permissions: ${denied} }] }`;
}

test("natsEngine() says what a user may not do, also where a server gives no answer", async () => {
  const withUser = (server: NatsServer) => `nats://ada:${SECRET}@127.0.0.1:${server.port}`;
  const remedy = "; give the user the permissions that docs/many_machines.md lists";
  for (const api of ["$JS.API.STREAM", "$JS.API.CONSUMER", "_INBOX"]) {
    await using server = await NatsServer.start(permissions(api));
    const message = await refusal(withUser(server));
    assert(message.includes(`"${api}`) && message.endsWith(remedy), message);
  }
  await using server = await NatsServer.start(permissions("$JS.ACK"));
  await using engine = natsEngine({ servers: withUser(server) });
  await using caller = await engine.openCaller(ADDRESS, "run-1", () => {});
  await using worker = await engine.openWorker(ADDRESS, { slots: 1, leaseMs: 60_000 });
  await caller.send("1", new Uint8Array(9));
  const [delivery] = await worker.pull("open", 1);
  await delivery!.settle("run-1", "1", new Uint8Array(9));
  let message = "";
  await until(() => caller.waiting().then(() => false, (error) => message = error.message));
  assert(message.includes('Permissions Violation for Publish to "$JS.ACK') && message.endsWith(remedy), message);
});

test("a run ends, and a worker too, where a connection that was passed in connects no more", async () => {
  await using server = await NatsServer.start();
  const options = { servers: server.url, maxReconnectAttempts: 1, reconnectTimeWait: 50 };
  const connection = await connect(options);
  await using engine = natsEngine({ connection });
  const hang = opmap(async (_item: number) => await new Promise<void>(() => {}), {
    mode: "cluster",
    engine,
    task: "hang",
    retries: 0,
    reraise: true,
    progress: false,
  });
  const worker = await serve(hang, { grace: 0 });
  const running: Promise<MapError> = assertRejects(() => hang([1]));
  await until(() => worker.counts.running === 1);
  await server.kill();
  const [failed] = (await running).errors;
  const ended = /as the connection to NATS has ended; make a 'connection' that is passed in/;
  for (const error of [failed!.error, await assertRejects(() => worker.stopped)]) {
    assert(error instanceof EngineError);
    assertMatch(error.message, ended);
  }
  const refused = await assertRejects(() => engine.openCaller(ADDRESS, "run-1", () => {}), EngineError);
  assert(refused.message.startsWith("Cannot connect as the connection to NATS has ended"), refused.message);
  await worker.stop();
  await hang.close();
});
