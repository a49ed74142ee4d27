/**
 * Pieces that byte-pair encoders make: a character of a script without spaces, a word, up to three
 * digits, a few signs, line ends.
 */
const PIECES =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{L}+|\p{N}{1,3}|[^\s\p{L}\p{N}]{1,3}|\n+/gu
const PLAIN_WORD = /^[A-Za-z]+$/
const WORD = /^\p{L}/u
const LETTERS_A_TOKEN = 7
/** Other alphabets, and letters with accents, are cut smaller. */
const RARER_LETTERS_A_TOKEN = 4

/**
 * How many tokens a text is, for what a provider did not count. Within a tenth of OpenAI's o200k
 * encoder for English prose, up to a third above it for JSON and other languages. Every provider has
 * an encoder of its own, so a table of megabytes would be exact for one of them only.
 */
export function countTokens(text: string): number {
  let tokens = 0
  for (const [piece] of text.matchAll(PIECES)) {
    if (PLAIN_WORD.test(piece)) tokens += Math.ceil(piece.length / LETTERS_A_TOKEN)
    else if (WORD.test(piece)) tokens += Math.ceil(piece.length / RARER_LETTERS_A_TOKEN)
    else tokens += 1
  }
  return tokens
}
