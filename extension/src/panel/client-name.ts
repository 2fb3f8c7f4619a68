/** As the server is told: which version of the extension is at work. */
export const clientName = (): string => `extension/${chrome.runtime.getManifest().version}`
