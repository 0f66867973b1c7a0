/**
 * A backend's URL as it may be shown: user, password, and query values that hold secrets are replaced by `***`.
 * Works on anything a person may have typed, also on what is no URL; an unescaped `/` or `@` in a password hides more
 * rather than less.
 */
export function withoutCredentials(url: string): string {
  return url
    .replace(/^([^:/?#]+:\/\/).*@/s, '$1***@')
    .replaceAll(/([?&][^=&#]*(?:pass|secret|token|key)[^=&#]*=)[^&#]*/gi, '$1***');
}
