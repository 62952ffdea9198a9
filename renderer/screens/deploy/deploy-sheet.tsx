export function DeploySheet() {
  return null;
}
