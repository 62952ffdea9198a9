export function OperationScreen() {
  return null;
}
