/** What the pages say beside what the shared components say. */
export const words = {
  loading: 'Reading the session…',
  noSession: 'No session is open.',
  offline: 'Not connected; what is shown may be old.',
  again: 'Write it again',
  openProof: 'Open proof',
  showChanges: 'Show changes',
  createPullRequest: 'Create pull request',
  prompt: 'What is wrong?',
  promptExample: 'What is wrong, or what should it be?',
  send: 'Send',
  queue: 'Queue',
  stop: 'Stop',
  stopping: 'Stopping…'
} as const
