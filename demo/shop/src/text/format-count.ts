const numbers = new Intl.NumberFormat('en-US')

/** Writes a number with what is counted: 1200 and "review" as "1,200 reviews". */
export function formatCount(count: number, noun: string): string {
  return `${numbers.format(count)} ${noun}s`
}
