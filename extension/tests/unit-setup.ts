// What Chromium has and the DOM of the unit tests does not.
if (!('scheduler' in globalThis)) {
  Object.defineProperty(globalThis, 'scheduler', { value: { yield: () => new Promise(resolve => setTimeout(resolve)) } })
}
