/** In a file of its own, because the script in the page must not carry the schemas along. */
export const OUTLINE_LIMITS = { lines: 1_500, lineCharacters: 900 } as const
