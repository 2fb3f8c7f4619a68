/** Lower-case letters, capitals, digits, line ends with their indentation, everything beyond ASCII, blanks, marks. */
const PIECES = /[a-z]+|[A-Z]+| ?[0-9]|\n[ ]*|[^\p{ASCII}]|[ \t]+|[^\s\w]|_/gu

/**
 * About how many tokens a model counts for a text. No tokenizer is exact for another model, and none is small enough to be carried
 * by the extension, so this counts the pieces that tokenizers cut text into. The weights were fitted to the tokenizers of Gemini and of
 * o200k_base (GPT-4o and later) on page contexts, code, prose and other scripts; of the two the larger count was aimed at
 * (docs/decisions/0016-outline-and-budget.md has the figures). Adding it up line by line gives the same as the whole.
 */
export function estimateTokens(text: string): number {
  let tokens = 0
  for (const [piece] of text.matchAll(PIECES)) tokens += weightOf(piece)
  return Math.ceil(tokens)
}

function weightOf(piece: string): number {
  const code = piece.charCodeAt(0)
  const { length } = piece
  // Frequent words are one token, long ones are put together.
  if (code >= 97 && code <= 122) return length <= 8 ? 1 : length / 5.5
  // One capital belongs to the word that follows.
  if (code >= 65 && code <= 90) return length === 1 ? 0.2 : length / 2.5
  // Gemini counts each digit, and the blank before a number.
  if (code >= 48 && code <= 57) return 1
  if (code === 10) return length > 1 ? 2 : 1
  if (code === 32 || code === 9) return length === 2 && /\d/.test(piece) ? 2 : length > 1 ? 1 : 0
  if (code < 128) return 0.8
  if (code < 0x250) return 0.5
  if (code < 0x2000) return 0.27
  return code < 0x2e80 ? 0.9 : 0.6
}
