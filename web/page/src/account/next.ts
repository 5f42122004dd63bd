const HERE = "https://here.invalid";

/** Return where to go after signing in: a path of this page and nothing else, whatever the address says. */
export function nextOf(query: Record<string, string>): string {
  const next = query.next ?? "/";
  return next.startsWith("/") && !next.startsWith("/sign-") && isOfThisPage(next) ? next : "/";
}

/** As a browser reads it, which takes `\` for `/` and passes over tabs and ends of lines. */
function isOfThisPage(path: string): boolean {
  return URL.canParse(path, HERE) && new URL(path, HERE).origin === HERE;
}
