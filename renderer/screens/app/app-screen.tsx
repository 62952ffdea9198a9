export function AppScreen() {
  return null;
}
