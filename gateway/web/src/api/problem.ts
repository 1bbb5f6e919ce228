// What went wrong, as one error type: the API's problem details (RFC 9457), or no answer at all.

export interface Violation {
  field: string;
  reason: string;
  description: string;
}

export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** UPPER_SNAKE; programs and translations rely on it. */
    readonly reason: string,
    detail: string,
    readonly violations: Violation[] = [],
    readonly traceId = '',
  ) {
    super(detail);
  }

  /** No answer, or one that says "later". */
  get passing() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function violationsOf(problem: Record<string, unknown>): Violation[] {
  const list = problem['violations'] ?? problem['errors'];
  return Array.isArray(list)
    ? list.filter(isRecord).map(entry => ({
        field: text(entry['field']),
        reason: text(entry['reason']),
        description: text(entry['description']),
      }))
    : [];
}

/** The error that an answer other than 2xx stands for. `body` is parsed JSON, text or undefined. */
export function problemOf(status: number, body: unknown): ApiError {
  const problem = isRecord(body) ? body : {};
  const detail = text(problem['detail']) || text(problem['title']) || `HTTP ${status}`;
  return new ApiError(
    status,
    text(problem['reason']),
    detail,
    violationsOf(problem),
    text(problem['traceId']),
  );
}

export const asApiError = (error: unknown) =>
  error instanceof ApiError
    ? error
    : new ApiError(0, 'NO_ANSWER', error instanceof Error ? error.message : '');
