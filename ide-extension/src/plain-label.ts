/**
 * A text for places in which VS Code draws icons for `$(name)`, such as the status bar: there a file name or an answer of the agent
 * could draw the sign of a verdict.
 */
export function plainLabel(text: string): string {
  return text.replaceAll('$(', '$\u200b(')
}
