import type { GenerateRequest, Part } from './gemini-wire.ts'

/** Gemini counts about four characters of text as a token (https://ai.google.dev/gemini-api/docs/tokens). */
const CHARACTERS_PER_TOKEN = 4
/** And a small picture, or a tile of a larger one, as 258. */
const TOKENS_PER_PICTURE = 258

export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN)
}

/** About how many tokens a request has, for usage figures that are of the right order. */
export function estimateTokens({ contents, systemInstruction, tools }: GenerateRequest): number {
  const parts = contents.flatMap(content => content.parts)
  const partTokens = parts.reduce((sum, part) => sum + tokensOf(part), 0)
  return partTokens + textTokens(JSON.stringify([systemInstruction ?? [], tools ?? []]))
}

function tokensOf({ text, inlineData, functionCall, functionResponse }: Part): number {
  if (inlineData) return TOKENS_PER_PICTURE
  if (text !== undefined) return textTokens(text)
  if (functionCall) return textTokens(JSON.stringify(functionCall))
  return textTokens(JSON.stringify(functionResponse?.response ?? {})) + TOKENS_PER_PICTURE * (functionResponse?.parts?.length ?? 0)
}
