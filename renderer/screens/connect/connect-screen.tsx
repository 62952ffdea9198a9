/** Stand-in until the flow is here. */
export function ConnectScreen() {
  return null;
}
