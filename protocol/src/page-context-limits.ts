/**
 * The limits hold for what the extension sends and are checked again by the server; the page is hostile data. They are in a file of their
 * own, because the scripts in the page must not carry the schemas along.
 */
export const PAGE_CONTEXT_LIMITS = {
  picks: 20,
  /** Picks that were taken off keep their numbers. */
  highestPickNumber: 10_000,
  components: 50,
  clues: 40,
  outlineCharacters: 120_000,
  consoleEntries: 50,
  nameCharacters: 200,
  /** Elements that a region is said to hold. */
  elementsInRegion: 30,
  /** Of a text that was selected. */
  selectionCharacters: 2_000,
  /** Things drawn on the screenshot. */
  marks: 50,
  /** Components of a pick whose props go along, and characters of each one's. */
  componentsWithProps: 12,
  propsCharacters: 3_000,
  failedRequests: 40,
  featureFlags: 60,
  /** What a person did while steps were recorded: the first one, and the newest of the others. */
  steps: 100
} as const
