import type { Project } from '@fixpoint/protocol'

/** Everything that the panel, the options and the welcome page say in words of their own. */
export const strings = {
  product: 'Fixpoint',

  pairing: {
    title: 'Connect to your Fixpoint server',
    intro: 'Paste the pairing link that the server shows when it starts, or type its address and a code.',
    managed: 'Your organisation has set the server. Type a code of it, or paste its pairing link; you are asked once.',
    link: 'Pairing link',
    linkExample: 'http://127.0.0.1:4700/pair#ABCD-EFGH',
    byHand: 'Type address and code instead',
    byLink: 'Paste a link instead',
    server: 'Server address',
    serverExample: 'http://127.0.0.1:4700',
    code: 'Code',
    codeExample: 'ABCD-EFGH',
    hint: 'No link? `npm run fixpoint -- pair` makes one. It works once, for ten minutes.',
    connect: 'Connect',
    connecting: 'Connecting',
    notALink: 'This is no pairing link. It looks like http://127.0.0.1:4700/pair#ABCD-EFGH.',
    confirmTitle: 'Connect to this server?',
    confirm: (host: string) => `Connect to ${host}`,
    confirmLocal: 'It runs on this machine.',
    confirmRemote: 'It does not run on this machine. What you point at and write is sent to it. Connect only if you know it.',
    other: 'Use another server',
    keep: 'Keep the current connection',
    client: (system: string) => `Chrome extension on ${system}`,
    again: 'Connect again',
    refusedTitle: 'The server does not accept this browser any more'
  },

  update: {
    ready: (version: string) => `Version ${version} is ready.`,
    now: 'Update now',
    what: 'The panel closes; the icon opens it again. What you have written and picked stays.',
    applying: 'Updating as soon as nothing is being sent…',
    tooOld: 'This version of the extension is older than the server needs. Updates come by themselves; the browser can also look now.',
    tooNew: 'This version of the extension is newer than the server. Whoever runs the server updates it.',
    look: 'Look for an update',
    looking: 'Looking…',
    none: 'There is no update yet. Ask whoever runs the server or manages this browser.',
    coming: 'An update has been found. It is offered here as soon as it has been fetched.',
    failed: 'The browser could not look for an update.',
    again: 'Try again'
  },

  header: {
    newSession: 'New session',
    untitled: 'Untitled',
    noProject: 'No project on this page',
    loading: 'Looking for the project…',
    sessions: 'Sessions',
    noSessions: 'No sessions yet',
    menu: 'Menu',
    report: 'Bug report…',
    options: 'Options',
    diagnostics: 'Copy diagnostics',
    openVsCode: 'Open in VS Code',
    openDesktop: 'Open in VS Code on this computer',
    openPreview: 'Open preview',
    close: 'Close session…',
    disconnect: 'Disconnect…',
    branch: (project: Pick<Project, 'name' | 'branch'>) => `${project.name}, branch ${project.branch}`,
    status: { idle: 'Idle', queued: 'Waiting', running: 'Running', closed: 'Closed' }
  },

  page: {
    accessTitle: 'Fixpoint cannot see this page yet',
    access: 'Allow access',
    accessWhy: 'Chrome asks once for each site. Until then Fixpoint does not even learn the page’s address.',
    accessAsked: 'Chrome shows the question at the Fixpoint icon in the toolbar.',
    blockedTitle: 'Nothing to point at here',
    unmappedTitle: (origin: string) => `No project is served at ${origin}`,
    unmapped: 'Whoever runs the server adds this address to a project in `fixpoint.config`:',
    snippet: (origin: string) => `"origins": ["${origin}"]`,
    copySnippet: 'Copy the setting',
    lookAgain: 'Look again',
    recent: 'Recent sessions',
    pointElsewhere: 'This page does not belong to the session’s project.'
  },

  session: {
    loading: 'Loading the session…',
    retry: 'Try again',
    pullRequest: { create: 'Create pull request', update: 'Update pull request', creating: 'Creating…' },
    pullRequestWhileRunning: 'Possible when the turn has ended',
    notQuite: 'Not quite…',
    putBack: 'Put it back in the composer',
    sendAgain: 'Send again',
    dismiss: 'Dismiss',
    closedHint: 'This session is closed. Start a new one.',
    newSession: 'New session',
    closeTitle: 'Close this session?',
    closeText: 'Its sandbox is removed, a running turn is stopped and waiting prompts are withdrawn. The timeline stays.',
    closeConfirm: 'Close session',
    cancel: 'Cancel',
    protectedTitle: 'This change touches files that run with more rights',
    protectedText: 'Look at them before they leave the sandbox. They can run in your build or read its secrets.',
    protectedConfirm: 'I have looked, create it',
    disconnectTitle: 'Disconnect from the server?',
    disconnectText: 'This browser’s token ends. Sessions stay on the server; to come back you pair again.',
    disconnectConfirm: 'Disconnect'
  },

  options: {
    title: 'Options',
    server: 'Server',
    connectedTo: 'Connected to',
    as: 'as',
    since: (date: string) => `since ${date}`,
    disconnect: 'Disconnect',
    notConnected: 'Not connected yet.',
    managed: (server: string) => `Your organisation has set the server ${server}.`,
    managedRing: (ring: string) => `Updates come from the ring “${ring}”.`,
    connect: 'Connect…',
    privacy: 'What goes along with a prompt',
    privacyText:
      'Only what you send leaves the browser, and only to your server. Passwords and what is typed into fields never leave the page. These are the defaults; each prompt can differ.',
    choice: {
      screenshot: { label: 'Screenshot and crops', text: 'A picture of the visible part of the page, and one of each element.' },
      dom: { label: 'Surroundings and styles', text: 'The elements around, as an outline with their texts, and computed styles.' },
      components: {
        label: 'Components',
        text: 'Names of the components, where they are written, and their props without what is private.'
      },
      console: {
        label: 'Console and requests',
        text: 'Errors and warnings since you began to point or to record, and requests of the page that failed.'
      },
      steps: {
        label: 'Recorded steps',
        text: 'What you clicked, which fields you typed into and where you went, while you let it be recorded. Never what you typed or chose.'
      }
    },
    budget: 'Budget for the text, in tokens',
    budgetText:
      'What the page context may take of the model’s window. The picked elements come first, then what is around them. Pictures come on top.',
    sites: 'Sites that Fixpoint may see',
    noSites: 'None. Chrome asks when you point at something on a site.',
    removeSite: 'Remove',
    remove: (site: string) => `Remove ${site}`,
    keyboard: 'Keyboard',
    shortcutUnset: 'not set',
    openFixpoint: 'Open Fixpoint',
    changeShortcuts: 'Change shortcuts',
    keys: [
      ['Enter', 'Send'],
      ['Shift + Enter', 'New line'],
      ['Esc Esc', 'Stop the running turn'],
      ['/', 'Write'],
      ['Arrow keys while pointing', 'Parent, child, siblings; with Shift by component'],
      ['Tab while pointing', 'Next control, link, heading or picture'],
      ['Enter, Space while pointing', 'Pick; add and go on'],
      ['[ ] while pointing', 'What lies above and below'],
      ['Alt while pointing', 'Box model'],
      ['F, T while pointing', 'Freeze the page; select text']
    ],
    appearance: 'Appearance',
    theme: 'Theme',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    about: (version: string) => `Fixpoint ${version}`
  },

  welcome: {
    title: 'Point at it, say what is wrong, get it fixed with proof.',
    intro:
      'Fixpoint turns “this looks wrong” into a tested change. You point at an element in your running app; an agent in a sealed sandbox changes the source behind it; you see before and after, and open the pull request.',
    connect: 'Connect',
    connected: (server: string) => `Connected to ${server}.`,
    pin: 'Pin the icon',
    pinText: 'Click the puzzle piece in the toolbar, then the pin beside Fixpoint. A click on the icon opens the panel.',
    pinned: 'The icon is in the toolbar.',
    point: 'Point at something',
    pointText: 'Open a page of your project, open the panel and point.',
    openPanel: 'Open the panel',
    shortcuts: 'Shortcuts'
  }
} as const
