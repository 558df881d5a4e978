/** What to do about it, by words in the name, the code or the message of an error of the client. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /Authorization|AuthenticationExpired/,
    "look whether the user and the password, the token or the keys in 'servers' and 'connect' are those of the server",
  ],
  [/Permissions Violation/, "give the user the permissions that docs/many_machines.md lists"],
  [/JetStreamNotEnabled/, "start the server with JetStream, as by nats-server -js"],
  [/ECONNREFUSED|connection refused/, "start the server, or correct 'servers'"],
  [/ENOTFOUND|EAI_AGAIN/, "correct the name of the host in 'servers'"],
  [/undefined error|ECONNRESET|EPIPE/, "the server closed the connection: its log says why"],
  [/unexpected response|SyntaxError|parse error/, "what listens there is no NATS server: correct 'servers'"],
  [/does not support 'tls'|"tls"|'tls'/, "leave 'tls' of 'connect' out, or switch it on in the server"],
  [/altnames/, "name the server in 'servers' as its certificate does"],
  [/certificate|CERT_|UNABLE_TO_VERIFY/i, "give the authority of the certificate as connect: { tls: { caFile } }"],
  [/SSL|TLS/, "look whether the server speaks TLS there, and of what version"],
  [/wsconnect/, "pass a 'connection' that is made by wsconnect() of @nats-io/nats-core"],
  [/^TimeoutError/, "look whether a NATS server listens there and is not overloaded"],
];

/**
 * What helps against an error of the client.
 *
 * @param error The error.
 * @returns What to do; `undefined` where that is not known.
 */
export function natsRemedy(error: Error): string | undefined {
  const code = "code" in error ? error.code : "";
  const text = `${error.name} ${code} ${error.message}`;
  return REMEDIES.find(([words]) => words.test(text))?.[1];
}
