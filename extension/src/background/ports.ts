/** Long connections to the background. Each has a name and a kind of sender; any other is counted and closed. */
import { refusals } from './senders.ts'

interface PortKind {
  isAllowed: (sender: chrome.runtime.MessageSender) => boolean
  follow: (port: chrome.runtime.Port) => void
}

/** Listens from the first moment of the worker: a connection that nobody has listened to is lost. Called once, for all kinds. */
export function followPorts(kinds: Readonly<Record<string, PortKind>>): void {
  chrome.runtime.onConnect.addListener(port => {
    const kind = Object.hasOwn(kinds, port.name) ? kinds[port.name] : undefined
    if (!kind || !port.sender || !kind.isAllowed(port.sender)) {
      refusals.sender_not_allowed++
      port.disconnect()
      return
    }
    kind.follow(port)
  })
}
