/** A sentence in which `backticks` mark what is typed. */
export function InlineCode({ text }: { text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence never change
      <code key={index}>{part}</code>
    ) : (
      part
    )
  )
}
