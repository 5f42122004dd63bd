/** Whether the page may use it without asking; false where the browser does not say. */
export async function isAllowed(what: "camera" | "microphone"): Promise<boolean> {
  try {
    // Not every browser knows these names.
    const status = await navigator.permissions.query({ name: what as PermissionName });
    return status.state === "granted";
  } catch {
    return false;
  }
}
