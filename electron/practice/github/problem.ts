/** A refusal in GitHub's words: status, message and where it is documented. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly errors: readonly Record<string, string>[] | undefined;
  readonly documentation: string;
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    message: string,
    options: {
      errors?: readonly Record<string, string>[];
      documentation?: string;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.documentation = options.documentation ?? 'https://docs.github.com/rest';
  }

  /** The body of the answer. */
  body(): Record<string, unknown> {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      documentation_url: this.documentation,
      status: String(this.status),
    };
  }
}

export const notFound = (headers: Record<string, string> = {}): Problem =>
  new Problem(404, 'Not Found', { headers });
export const unprocessable = (message: string): Problem => new Problem(422, message);
/** What GitHub says of a field that is missing or of the wrong kind. */
export const invalidField = (resource: string, field: string): Problem =>
  new Problem(422, 'Validation Failed', { errors: [{ resource, field, code: 'missing_field' }] });
