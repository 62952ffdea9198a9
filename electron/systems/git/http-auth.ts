/** How to authenticate to an http(s) remote, at that origin alone. All but the origin is secret. */
export interface HttpAuth {
  /** Scheme, host and port: `https://git.example.org`. */
  origin: string;
  username: string;
  password: string;
  /** Both as the value of an `Authorization` header (RFC 7617). */
  header: string;
}
