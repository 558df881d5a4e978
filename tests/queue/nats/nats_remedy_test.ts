import { assertEquals } from "@std/assert";
import { natsRemedy } from "../../../src/queue/nats/nats_remedy.ts";

/** An error as the client, or the runtime below it, makes it. */
function errorOf(name: string, message: string, code?: string): Error {
  return Object.assign(new Error(message), { name }, code === undefined ? {} : { code });
}

const SIGN_IN =
  "look whether the user and the password, the token or the keys in 'servers' and 'connect' are those of the server";
const START = "start the server, or correct 'servers'";
const AUTHORITY = "give the authority of the certificate as connect: { tls: { caFile } }";

const CASES: readonly (readonly [Error, string | undefined])[] = [
  [errorOf("AuthorizationError", "Authorization Violation"), SIGN_IN],
  [errorOf("UserAuthenticationExpiredError", "User Authentication Expired"), SIGN_IN],
  [
    errorOf("RequestError", 'Permissions Violation for Publish to "opero.1.work"'),
    "give the user the permissions that docs/many_machines.md lists",
  ],
  [
    errorOf("JetStreamNotEnabled", "jetstream is not enabled"),
    "start the server with JetStream, as by nats-server -js",
  ],
  [errorOf("ConnectionError", "connection refused"), START],
  [errorOf("Error", "connect failed", "ECONNREFUSED"), START],
  [
    errorOf("Error", "getaddrinfo ENOTFOUND queue.invalid", "ENOTFOUND"),
    "correct the name of the host in 'servers'",
  ],
  [
    errorOf("ConnectionError", "error connecting - node provided an undefined error"),
    "the server closed the connection: its log says why",
  ],
  [
    errorOf("SyntaxError", "Unexpected token in JSON"),
    "what listens there is no NATS server: correct 'servers'",
  ],
  [
    errorOf("ConnectionError", "server does not support 'tls'"),
    "leave 'tls' of 'connect' out, or switch it on in the server",
  ],
  [
    errorOf("Error", "Hostname/IP does not match certificate's altnames: Host: localhost."),
    "name the server in 'servers' as its certificate does",
  ],
  [errorOf("Error", "self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT"), AUTHORITY],
  [errorOf("Error", "unable to verify the first one", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"), AUTHORITY],
  [
    errorOf("Error", "received corrupt message (SSL routines:wrong version number)"),
    "look whether the server speaks TLS there, and of what version",
  ],
  [
    errorOf("InvalidArgumentError", "'servers' node client doesn't support websockets, use the 'wsconnect' function"),
    "pass a 'connection' that is made by wsconnect() of @nats-io/nats-core",
  ],
  [errorOf("TimeoutError", "timeout"), "look whether a NATS server listens there and is not overloaded"],
  [errorOf("Error", "of another kind"), undefined],
];

Deno.test("natsRemedy() says what helps, by what went wrong", () => {
  assertEquals(CASES.map(([error]) => natsRemedy(error)), CASES.map(([, remedy]) => remedy));
});
