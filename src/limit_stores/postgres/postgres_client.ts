import { readField } from "../../errors/read_field.ts";
import { wrongOption } from "../../options/validate.ts";

/** What is needed of a client of `npm:postgres`: `postgres(url)`. */
export interface PostgresJsClient {
  /**
   * Sends a statement with its parameters, and answers with rows.
   *
   * @param query The statement.
   * @param parameters What its parameters are.
   * @returns The rows of the answer.
   */
  // deno-lint-ignore no-explicit-any -- as the client has it
  unsafe(query: string, parameters?: any[]): PromiseLike<readonly unknown[]>;
}

/** What is needed of a client of `npm:pg`: a `Pool`, or a connected `Client`. */
export interface PgClient {
  /**
   * Sends a statement with its parameters, and answers with rows.
   *
   * @param text The statement.
   * @param values What its parameters are.
   * @returns The rows of the answer.
   */
  // deno-lint-ignore no-explicit-any -- as the client has it
  query(text: string, values?: any[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A client of PostgreSQL that is passed in. */
export type PostgresClient = PostgresJsClient | PgClient;

/** Sends a statement, and answers with the column `answer` of its first row. */
export type PostgresPort = (statement: string, parameter?: string) => Promise<string | undefined>;

/**
 * What sends statements over a client that is passed in.
 *
 * @param task What cannot be done where it is none.
 * @param client The client.
 * @returns What sends.
 * @throws {ConfigurationError} If it is no client of a kind that is known.
 */
export function adoptPostgresClient(task: string, client: PostgresClient): PostgresPort {
  // A client of npm:postgres is a function with properties.
  const isJs = typeof readField(client, "unsafe") === "function";
  if (!isJs && typeof readField(client, "query") !== "function") {
    const desired = "a client of npm:postgres, as postgres(url), or a Pool or a connected Client of npm:pg";
    throw wrongOption(task, "sql", { desired, isPrivate: true }, client);
  }
  return async (statement, parameter) => {
    const parameters = parameter === undefined ? undefined : [parameter];
    const rows = "unsafe" in client
      ? await client.unsafe(statement, parameters)
      : (await client.query(statement, parameters)).rows;
    const answer = readField(rows?.[0], "answer");
    return typeof answer === "string" ? answer : undefined;
  };
}
