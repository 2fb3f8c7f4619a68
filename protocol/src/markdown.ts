/** Texts of people, pages and models on their way into Markdown that a code host or an editor renders. */

const ZERO_WIDTH_SPACE = '\u200b'

/**
 * Text that stays text: no mention, no issue reference, no link or picture of its own, nothing that HTML, a formula or an entity could
 * come from. For places inside a line; line breaks are the caller's.
 */
export function plainInMarkdown(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>|~&$]/g, '\\$&')
    .replace(/@(?=\w)/g, `@${ZERO_WIDTH_SPACE}`)
    .replace(/#(?=\d)/g, `#${ZERO_WIDTH_SPACE}`)
    .replace(/\b(GH)-(?=\d)/gi, `$1-${ZERO_WIDTH_SPACE}`)
    .replace(/(https?|ftp):\/\//gi, `$1:${ZERO_WIDTH_SPACE}//`)
    .replace(/\bwww\./gi, `www${ZERO_WIDTH_SPACE}.`)
}

/** The same on one line, cut to a length; also where a line or an entry of a list begins with it. */
export function plainLine(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return withoutBlockStart(plainInMarkdown(line.length > limit ? `${line.slice(0, limit).toWellFormed()}…` : line))
}

/** Lines as a quotation, in which nothing makes a heading, a list or a rule. */
export function quoteInMarkdown(text: string, limit: number): string {
  const cut = text.trim().slice(0, limit).toWellFormed()
  return plainInMarkdown(cut)
    .split('\n')
    .map(line => `> ${withoutBlockStart(line.trim())}`.trimEnd())
    .join('\n')
}

/** What would begin a block at the start of a line, made a letter of it (CommonMark, “Leaf blocks” and “Container blocks”). */
function withoutBlockStart(line: string): string {
  return line.replace(/^(?=[#+=-])/, '\\').replace(/^(\d{1,9})([.)])/, '$1\\$2')
}

/** Text between fences that nothing in it can end. */
export function fencedInMarkdown(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}

/** Text as code inside a line. */
export function codeInMarkdown(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const cut = line.length > limit ? `${line.slice(0, limit).toWellFormed()}…` : line
  if (cut === '') return ''
  const longest = Math.max(0, ...[...cut.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  // With blanks at both ends the code may begin and end with a backtick; both are taken off again.
  return longest === 0 ? `${fence}${cut}${fence}` : `${fence} ${cut} ${fence}`
}
