/*
 * By what an error that may be gone at the next attempt is known, client by client. Codes and texts only: the names of
 * classes do not survive a minifier. Gathered from the sources of the clients, and from their real errors.
 */

/** Request Timeout, Too Early, Too Many Requests and the server errors that pass. */
export const TRANSIENT_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** `code` of errors, or where a client or an SDK has it, their `name`. */
export const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  // libuv, and what Node, Bun and c-ares make of it
  ...words(`ECONNRESET ECONNREFUSED ECONNABORTED EPIPE ETIMEDOUT ETIMEOUT ESOCKETTIMEDOUT ESOCKET ENOTCONN ESHUTDOWN
    ENOTFOUND EAI_AGAIN ESERVFAIL EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENETRESET EADDRINUSE EADDRNOTAVAIL`),
  // Node: streams, sockets, TLS, its parser of HTTP and zlib where an answer is cut off
  ...words(`ERR_STREAM_PREMATURE_CLOSE ERR_SOCKET_CLOSED ERR_SOCKET_CLOSED_BEFORE_CONNECTION
    ERR_SOCKET_CONNECTION_TIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT ERR_HTTP_REQUEST_TIMEOUT ERR_HTTP_CONTENT_LENGTH_MISMATCH
    HPE_INVALID_EOF_STATE Z_BUF_ERROR`),
  // HTTP/2: streams refused or reset, sessions that go away or are gone
  ...words(`ERR_HTTP2_STREAM_ERROR ERR_HTTP2_STREAM_CANCEL ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_SESSION_ERROR
    ERR_HTTP2_INVALID_SESSION ERR_HTTP2_INVALID_STREAM ERR_HTTP2_PING_CANCEL ERR_HTTP2_OUT_OF_STREAMS
    ERR_HTTP2_MAX_PENDING_SETTINGS_ACK ERR_HTTP2_ERROR`),
  // undici
  ...words(`UND_ERR_SOCKET UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT UND_ERR_REQ_RETRY
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH UND_ERR_BPL_MISSING_UPSTREAM`),
  // axios, got, ky
  ...words("ERR_NETWORK ERR_READING_RESPONSE_STREAM ERR_RETRYING"),
  // Bun: fetch, and its clients for databases
  ...words(`ConnectionRefused ConnectionClosed ConnectionReset ConnectionTimeout FailedToOpenSocket Timeout
    DNSResolutionFailed UnexpectedEOF ZlibError
    ERR_POSTGRES_CONNECTION_CLOSED ERR_POSTGRES_CONNECTION_FAILED ERR_POSTGRES_CONNECTION_REFUSED
    ERR_POSTGRES_CONNECTION_TIMEOUT ERR_POSTGRES_IDLE_TIMEOUT ERR_POSTGRES_LIFETIME_TIMEOUT
    ERR_MYSQL_CONNECTION_CLOSED ERR_MYSQL_CONNECTION_FAILED ERR_MYSQL_CONNECTION_REFUSED ERR_MYSQL_CONNECTION_TIMEOUT
    ERR_MYSQL_IDLE_TIMEOUT ERR_MYSQL_LIFETIME_TIMEOUT
    ERR_REDIS_CONNECTION_CLOSED ERR_REDIS_CONNECTION_TIMEOUT ERR_REDIS_IDLE_TIMEOUT`),
  // Deno's own errors, and what the web calls a time-out or a lost network
  ...words(`TimeoutError NetworkError ConnectionAborted NotConnected BrokenPipe TimedOut UnexpectedEof
    NetworkUnreachable HostUnreachable`),
  // gRPC where the code is a word
  ...words(`UNAVAILABLE DEADLINE_EXCEEDED RESOURCE_EXHAUSTED unavailable deadline-exceeded deadline_exceeded
    resource-exhausted resource_exhausted`),
  // AWS: throttling and time-outs
  ...words(`BandwidthLimitExceeded EC2ThrottledException LimitExceededException PriorRequestNotComplete
    ProvisionedThroughputExceededException RequestLimitExceeded RequestThrottled RequestThrottledException SlowDown
    ThrottledException Throttling ThrottlingException TooManyRequestsException TransactionInProgressException
    RequestTimeout RequestTimeoutException ServiceUnavailable ServiceUnavailableException InternalServerError
    InternalServerException TransactionConflictException NetworkingError TimeoutErrorException`),
  // postgres.js
  ...words("CONNECTION_CLOSED CONNECT_TIMEOUT"),
  // mysql, mysql2, mariadb: lost connections, full or closing servers, locks that were lost
  ...words(`PROTOCOL_CONNECTION_LOST PROTOCOL_SEQUENCE_TIMEOUT PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR POOL_CONNLIMIT
    POOL_ENQUEUELIMIT POOL_NONEONLINE ER_CON_COUNT_ERROR ER_TOO_MANY_USER_CONNECTIONS ER_USER_LIMIT_REACHED
    ER_SERVER_SHUTDOWN ER_NORMAL_SHUTDOWN ER_SHUTDOWN_COMPLETE ER_ABORTING_CONNECTION ER_NEW_ABORTING_CONNECTION
    ER_CLIENT_INTERACTION_TIMEOUT ER_NET_READ_ERROR ER_NET_READ_INTERRUPTED ER_NET_ERROR_ON_WRITE
    ER_NET_WRITE_INTERRUPTED ER_LOCK_DEADLOCK ER_LOCK_WAIT_TIMEOUT ER_LOCK_NOWAIT ER_XA_RBDEADLOCK ER_XA_RBTIMEOUT
    ER_GET_CONNECTION_TIMEOUT ER_CONNECTION_TIMEOUT ER_SOCKET_UNEXPECTED_CLOSE ER_SOCKET_TIMEOUT
    ER_CMD_CONNECTION_CLOSED`),
  // Prisma: server out of reach, time-outs, a closed connection, a deadlock
  ...words("P1001 P1002 P1008 P1017 P2024 P2034"),
  // MongoDB
  ...words(`MongoNetworkError MongoNetworkTimeoutError MongoServerSelectionError MongoPoolClearedError
    PoolClearedOnNetworkError MongoWaitQueueTimeoutError`),
  // MongoDB: what a server says that shuts down, steps down or is not reached, as `codeName`
  ...words(`HostUnreachable HostNotFound NetworkTimeout ShutdownInProgress PrimarySteppedDown ExceededTimeLimit
    SocketException NotWritablePrimary InterruptedAtShutdown InterruptedDueToReplStateChange NotPrimaryNoSecondaryOk
    NotPrimaryOrSecondary`),
  // NATS: nothing serves the subject now
  ...words("NoResponders"),
  // redis
  ...words("MaxRetriesPerRequestError ClusterAllFailedError"),
]);

/**
 * SQLSTATE: connection exceptions, too many connections, a server that shuts down or starts, and transactions that lost
 * against another and are to be run again (PostgreSQL manual, appendix A and section 13.5).
 */
export const TRANSIENT_SQLSTATE: RegExp = /^(?:08[0-9A-Z]{3}|53300|57P0[1235]|40001|40P01|55P03)$/;

/** SQLite: another process holds the file; the low byte of `errcode` in `node:sqlite`. */
export const BUSY_SQLITE: RegExp = /^SQLITE_(?:BUSY|LOCKED)/;
export const BUSY_SQLITE_ERRCODES: ReadonlySet<number> = new Set([5, 6]);

/** DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED (lost against another transaction), UNAVAILABLE. */
export const TRANSIENT_GRPC: ReadonlySet<number> = new Set([4, 8, 10, 14]);

/** What clients and drivers say in errors that bear neither code nor status. */
export const TRANSIENT_TEXT: RegExp = new RegExp(
  [
    "^(D1_ERROR: )?Network connection lost", // Cloudflare Workers, whatever was asked for
    "^internal error; reference = ", // Cloudflare Workers
    "^(socket hang up|Premature close|network timeout at:|Response timeout while trying to fetch)", // Node, node-fetch
    "^net::ERR_(CONNECTION|NETWORK|INTERNET|TIMED_OUT|NAME_NOT|ADDRESS_UN|EMPTY|INCOMPLETE|CONTENT_LENGTH|HTTP2|QUIC)", // Electron
    "^Request timed out\\.?$", // SDKs made with fetch
    '^HTTP/2: ("stream error"|"frameError"|"GOAWAY"|"PING"|stream (half-)?closed)', // undici
    "^Connection terminated (unexpectedly|due to connection timeout)", // pg
    "^(timeout expired|timeout exceeded when trying to connect|Query read timeout)$", // pg
    "^Client has encountered a connection error", // pg
    "^(Connection lost|Can't add new command when connection is in closed state)", // mysql, mysql2
    "^(Queue limit reached|No connections available)\\.$", // a pool of mysql2 that is full
    "^(Socket closed abruptly during opening handshake|connect ETIMEDOUT|Heartbeat timeout|Unexpected close)$", // amqplib
    "^(Channel ended, no reply will be forthcoming|channel closed)$", // amqplib
    "^Connection closed(: 320 | \\(Error: (read|write) E| \\(Error: (Heartbeat timeout|Unexpected close)\\))", // amqplib
    "^(connection closed|error connecting - node provided an undefined error)$", // NATS
    "^(Connection is closed\\.|Command timed out|Command aborted due to connection close)", // ioredis
    "^(Stream isn't writeable|Cluster isn't ready|None of startup nodes is available)", // ioredis
    "^(All sentinels are unreachable|Failed to refresh slots cache|Reached the max retries per request)", // ioredis
    "^Socket timeout\\b", // ioredis, node-redis
    "^(Socket closed unexpectedly|Connection timeout|The client is offline)", // node-redis
    "^(Command timeout during maintenance|All the root nodes are unavailable)", // node-redis
    "^(LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY) ", // what a Redis server answers
    "^ERR max number of clients reached", // what a Redis server answers
  ].join("|"),
);

/** An answer that broke off, whatever its status was: axios. */
export const BROKEN_ANSWER: RegExp = /^stream has been aborted$/;
