/** PostgreSQL cannot keep NUL or half a surrogate pair, so an answer with one could not be stored. */
// eslint-disable-next-line no-control-regex -- naming it is the purpose
const UNSTORABLE = /\u0000|\p{Surrogate}/u

/** What is wrong with a text that a model wrote, in words for its repair, or null. */
export function findTextProblem(
  field: string,
  text: string,
  maximumCharacters: number,
): string | null {
  if (text.trim() === '') return `${field} is empty`
  if (text.length > maximumCharacters) {
    return `${field} has ${text.length} characters instead of at most ${maximumCharacters}`
  }
  return UNSTORABLE.test(text) ? `${field} has characters that are not text` : null
}
