/** Whatever the current call shows, above any screen. */
export function CallLayer() {
  return null;
}
