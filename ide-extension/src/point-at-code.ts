/** The prompt that points at code: where it is, what it is, what is wrong with it. */
export function promptAboutCode(request: string, place: { path: string; fromLine: number; toLine: number; code: string }): string {
  const { path, fromLine, toLine, code } = place
  const lines = fromLine === toLine ? `line ${fromLine}` : `lines ${fromLine} to ${toLine}`
  // Longer than any run of backticks in the code, so that the code cannot end the block.
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map(run => run.length))
  const fence = '`'.repeat(longest + 1)
  const shown = code.length > LONGEST_CODE ? `${code.slice(0, LONGEST_CODE).toWellFormed()}\n…` : code
  return `${request.trim()}\n\nThis is about ${lines} of ${JSON.stringify(path)}:\n${fence}\n${shown}\n${fence}`
}

const LONGEST_CODE = 6_000
