/** One raw command, as every Redis client can send it; the answer is the server's reply. */
export type RedisCommand = (command: string, ...args: string[]) => Promise<unknown>;

/** What the Redis backend needs of a client. */
export interface RedisPort {
  /** Sends a command whose first argument is a key, to the server that holds the key. */
  readonly send: RedisCommand;
  /** Sends a command whose first argument is none, to the server that holds `key`. */
  readonly sendFor: (key: string, command: string, ...args: string[]) => Promise<unknown>;
  /** What the client itself puts before the keys it sends, but not before a pattern to look for. */
  readonly clientKeyPrefix: string;
  /** Whether one server holds all keys, so that one command may name several. */
  readonly isOneServer: boolean;
  /** A sender for each server that holds keys; more than one in a cluster only. */
  nodes(): Promise<readonly RedisCommand[]>;
  /** Ends the connection where it is the library's own. */
  close(): void;
}
