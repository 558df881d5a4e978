/** Whether workers can be given permissions of their own at all, which Deno alone can. */
export function hasWorkerPermissions(): boolean {
  return "Deno" in globalThis;
}
