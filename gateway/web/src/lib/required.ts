import { ApiError } from '../api/problem';

/** What is missing, in the same shape as the API's own answer, so that forms show both alike. */
export function missing(values: Record<string, string>): ApiError | null {
  const violations = Object.entries(values)
    .filter(([, value]) => value.trim() === '')
    .map(([field]) => ({ field, reason: 'REQUIRED', description: '' }));
  return violations.length > 0 ? new ApiError(400, 'INVALID_ARGUMENT', '', violations) : null;
}

/** A code for machines made from a name: "Hämeenlinnan Eräpojat" -> "hameenlinnan-erapojat". */
export const codeFrom = (name: string) =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
