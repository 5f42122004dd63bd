/** Return where to go after signing in: a path of this page and nothing else, whatever the address says. */
export function nextOf(query: Record<string, string>): string {
  const next = query.next ?? "/";
  return /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-") ? next : "/";
}
