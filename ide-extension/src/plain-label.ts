/**
 * A text for places in which VS Code draws icons for `$(name)`, such as the status bar and lists to choose from: there a file name or an
 * answer of the agent could draw the sign of a verdict.
 */
export function plainLabel(text: string): string {
  return text.replaceAll('$(', '$\u200b(')
}

/**
 * A text for notifications and dialogs. VS Code makes links of `[words](command:…)` in them and runs the command when they are clicked;
 * the name of a file or what a server says could be such a link.
 */
export function plainMessage(text: string): string {
  return plainLabel(text).replaceAll('](', ']\u200b(')
}
