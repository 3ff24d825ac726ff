/** Where to go after sign-in: only to a page of this server, never to an address somebody put into a link. */
export function safeNext(next: string | undefined): string {
  if (next === undefined || !next.startsWith('/') || /^\/sign-?in\b/.test(next)) return '/'
  // Browsers read a backslash as a slash and skip control characters, so both could hide "//elsewhere".
  const here = 'http://here.invalid'
  const target = new URL(next, here)
  return target.origin === here ? target.pathname + target.search + target.hash : '/'
}
