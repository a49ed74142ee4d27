const CHARACTERS_A_TOKEN = 5
const TOKENS_A_MESSAGE = 4

/** Near what byte-pair encoders give for English: a short word or a sign is one token, longer words more. */
export function countTokens(text: string): number {
  const pieces = text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? []
  return pieces.reduce((sum, piece) => sum + Math.ceil(piece.length / CHARACTERS_A_TOKEN), 0)
}

export function countMessageTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + TOKENS_A_MESSAGE + countTokens(text), 0)
}
