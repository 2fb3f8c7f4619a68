/** Saves a text as a file, where the browser keeps downloads. */
export function download(fileName: string, text: string, mediaType: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: mediaType }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  // The browser has taken the address by the time that anything else runs.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
