import { assertEquals, assertThrows } from "@std/assert";
import { address } from "../../src/cli/address_flag.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

Deno.test("address reads a port, and where it is named the interface", () => {
  const read = (text: string) => Object.values(address.read(text, "--health"));
  assertEquals(["8080", ":8080", "127.0.0.1:8080", "[::1]:0", "pod-1.local:65535"].map(read), [
    [undefined, 8080],
    [undefined, 8080],
    ["127.0.0.1", 8080],
    ["::1", 0],
    ["pod-1.local", 65535],
  ]);
});

Deno.test("address refuses what is no port", () => {
  for (const text of ["", ":", "x", "8080:", "::1:8080", "65536", "1.5", "-1", "http://a:80", "a b:80"]) {
    assertThrows(
      () => address.read(text, "--health"),
      UsageError,
      `--health must be a port, such as :8080 or 127.0.0.1:8080: received ${JSON.stringify(text)}`,
    );
  }
});
