/** What to do about it, by the code of an error of Redis; `place` is where the server is. */
const REMEDIES: readonly (readonly [codes: RegExp, remedy: (place: string) => string])[] = [
  [/^ECONNREFUSED$/, (place) => `start the server, or correct its address, ${place}`],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, (place) => `correct the name of the host in the address, ${place}`],
  [/^ETIMEDOUT$/, (place) => `look whether a Redis server listens at ${place}, with TLS if that is asked for`],
  [
    /^(?:ECONNRESET|EPIPE|SocketClosedUnexpectedlyError)$/,
    (place) => `${place} closed the connection: its log says why`,
  ],
  [/^Error$/, (place) => `what listens at ${place} is no Redis server: correct the address`],
  [/^(?:WRONGPASS|NOAUTH)$/, (place) => `correct the user and the password for ${place}`],
  [/^NOPERM$/, () => "give the user the keys and the commands that docs/many_machines.md lists"],
  [/^READONLY$/, (place) => `${place} is a replica, which takes no writes: give the address of the primary`],
  [/^OOM$/, (place) => `the memory of ${place} is used up: raise its maxmemory`],
  [/^MISCONF$/, (place) => `${place} cannot write to its disk: its log says why`],
  [/^WRONGTYPE$/, () => "something else is kept under these keys: choose another 'keyPrefix'"],
  [/^ERR$/, (place) => `look whether ${place} is Redis 6.2 or later`],
  [
    /CERT|ALTNAME|UNABLE_TO_VERIFY/,
    () => "give the authority of the certificate as tls: { ca }, and its name as the host",
  ],
  [/^(?:ERR_(?:SSL|TLS)|EPROTO)/, (place) => `look whether ${place} speaks TLS, and of what version`],
];

/**
 * What helps against an error of Redis.
 *
 * @param code The code of the error.
 * @param place Where the server is, without the user and the password.
 * @returns What to do; `undefined` where that is not known, or there is nothing to do.
 */
export function redisRemedy(code: string, place: string): string | undefined {
  return REMEDIES.find(([codes]) => codes.test(code))?.[1](place);
}
