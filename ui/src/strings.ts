import type { TurnState } from '@fixpoint/protocol'

/** Everything that the components say in words of their own. Texts from the log are shown as they are. */
export const strings = {
  /** What a running turn does now; the words of the log where they say it best. */
  activity: (turn: Pick<TurnState, 'activity' | 'isStopRequested'>) => (turn.isStopRequested ? 'Stopping' : turn.activity || 'Working'),

  artifacts: {
    pictureLoading: (what: string) => `${what} (loading)`,
    pictureFailed: (what: string) => `${what}: the picture could not be loaded. Try again`,
    textLoading: 'Loading…',
    textFailed: 'This could not be loaded.',
    retry: 'Try again'
  },

  copy: {
    copied: 'Copied',
    failed: 'Could not copy',
    code: 'Copy code',
    output: 'Copy output',
    commands: 'Copy commands'
  },

  dialog: { close: 'Close' },

  text: {
    all: 'Show all',
    less: 'Show less',
    moreLines: (count: number) => `Show ${amount(count, 'more line')}`
  },

  markdown: { imageWithoutText: 'Picture', code: 'Code' },

  colorScheme: { light: 'light', dark: 'dark' },

  console: { error: 'Error', warning: 'Warning' },

  source: {
    verified: 'in the project’s repository',
    unverified: 'not verified: the page says so, the repository has no such file',
    unchecked: 'as the page says'
  },

  candidates: { title: 'Where it may be written', notVerified: 'not verified' },

  diff: {
    label: 'Change',
    of: (path: string) => `Change of ${path}`,
    added: 'new',
    deleted: 'deleted',
    renamed: 'renamed',
    binary: 'A binary file; its content is not shown.',
    binaryShort: 'binary',
    noLines: 'No lines changed.',
    counts: (added: number, removed: number) => `${amount(added, 'line')} added, ${removed} removed`
  },

  tool: {
    list: 'What the agent did',
    failed: 'Failed',
    stopped: 'Stopped',
    unknown: 'Outcome unknown',
    input: (tool: string) => (tool === 'bash' ? 'Command' : 'Input'),
    output: 'Output',
    diff: 'Change',
    picture: (number: number, title: string) => `Picture ${number} of “${title}”`,
    nothingToShow: 'There is no output.',
    earlier: (count: number, failures: number) => `${amount(count, 'earlier step')}${failures > 0 ? `, ${failures} failed` : ''}`
  },

  prompt: {
    picks: 'Elements pointed at',
    cropOf: (label: string) => `Picture of ${label}`,
    screenshot: 'Screenshot of the page',
    annotated: 'Screenshot with what was drawn on it',
    pickCount: (count: number) => amount(count, 'element'),
    stepCount: (count: number) => amount(count, 'recorded step'),
    consoleCount: (count: number) => (count === 0 ? 'No console messages' : amount(count, 'console message')),
    redactionCount: (count: number) => (count === 0 ? 'Nothing had to be masked' : `${amount(count, 'value')} masked in the browser`),
    sending: { session: 'Starting the session', pictures: 'Sending the pictures', prompt: 'Sending' }
  },

  timeline: {
    label: 'Timeline',
    turnBy: (name: string) => `Prompt by ${name}`,
    textInterrupted: 'Interrupted here',
    retryIn: (seconds: number) => `Trying again in ${seconds} s`,
    elapsed: 'Time since this turn began',
    jump: 'Jump to latest',
    withdrawn: 'Withdrawn:',
    closed: 'This session is closed. Its sandbox is gone; what happened stays here.',
    noProof: 'Unverified: this turn changed files but made no proof.',
    ended: { done: 'Done', failed: 'Failed', stopped: 'Stopped' },
    starting: 'Waiting to start',
    tryingAgain: 'tried again',
    working: 'Working',
    turnFacts: ({ duration, hasChanges, steps, tokens }: { duration: string; hasChanges: boolean; steps: number; tokens: number }) =>
      [!hasChanges && 'no files changed', duration, steps > 0 && amount(steps, 'step'), tokens > 0 && `${compact(tokens)} tokens`]
        .filter(Boolean)
        .join(' · ')
  },

  decision: {
    accept: 'Accept',
    acceptHint: 'Keep this work; discarding leaves it alone',
    discard: 'Discard…',
    discardHint: 'Put back all files that were changed and not accepted',
    undo: 'Undo',
    undoHint: 'Put back the files that this turn changed, as they were before it',
    undoing: 'Undoing',
    undoOthers: 'Undo the other files',
    undoOthersHint: 'Files that were changed since stay as they are',
    accepted: (name: string) => `Accepted by ${name}`,
    undone: (name: string, left: number) =>
      left === 0
        ? `Undone by ${name}. Its files are as they were before.`
        : `Undone by ${name}. ${amount(left, 'file')} changed since stayed as ${left === 1 ? 'it is' : 'they are'}.`,
    discardTitle: (turns: number) => (turns === 1 ? 'Discard the work of this turn?' : `Discard the work of ${turns} turns?`),
    discardText: (names: readonly string[]) =>
      `${names.length === 0 ? 'Its files' : names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''} will be as before. What people changed stays.`,
    discardConfirm: 'Discard',
    conflictTitle: 'Some files were changed since'
  },

  egress: {
    summary: (requests: number, hosts: number) =>
      `The sandbox let nothing out: ${amount(requests, 'request')} to ${amount(hosts, 'address', 'addresses')}`,
    hint: 'Whoever runs the server can add a host to the project’s allowedHosts.',
    reason: (reason: string) => EGRESS_REASONS[reason] ?? reason
  },

  verdict: {
    verified: { word: 'Verified', sentence: 'Seen before and after, and nothing that was checked speaks against it.' },
    looks_wrong: { word: 'Looks wrong', sentence: 'Something that was checked speaks against this change.' },
    unverified: { word: 'Unverified', sentence: 'Not everything could be checked. Look for yourself.' }
  },

  proof: {
    label: (word: string) => `Proof: ${word}`,
    reasons: 'Why',
    reasonOutcome: { holds: 'Yes:', fails: 'No:', open: 'Not known:' },
    about: { asked: 'Asked', seen: 'Seen', side_effects: 'Side effects', checks: 'Checks', vision: 'Vision' },
    pictures: 'Pictures of',
    before: 'Before',
    after: 'After',
    element: 'Element',
    elementNumber: (number: number) => `Element ${number}`,
    page: 'Page',
    pictureOf: (what: string, phase: string) => `${what}, ${phase.toLowerCase()}`,
    stage: (what: string) => `${what}, before and after`,
    stageKeys: 'Plus and minus zoom, the arrow keys move, 0 shows the whole picture.',
    elementMissing: (foundBefore: boolean, foundAfter: boolean) =>
      foundBefore && foundAfter
        ? undefined
        : foundAfter
          ? 'The element was not on the page before.'
          : foundBefore
            ? 'The element is not on the page any more.'
            : 'The element was not found on the page.',
    pageMissing: (hasBefore: boolean, hasAfter: boolean) =>
      hasBefore && hasAfter ? undefined : hasAfter ? 'There is no picture from before.' : 'There is no picture from after the change.',
    noPictures: 'There are no pictures of this change.',
    mode: 'Compare',
    modes: { sides: '2-up', swipe: 'Swipe', onion: 'Onion skin', difference: 'Difference', blink: 'Blink' },
    swipeHandle: 'Border between before and after',
    onionShare: 'How much of the after picture is seen',
    blackIsEqual: 'Black is unchanged',
    markedIsChanged: 'Changed pixels are marked',
    blinkPause: 'Pause',
    blinkStart: 'Blink',
    blinkShow: (phase: string) => `Show ${phase.toLowerCase()}`,
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fit: 'Show the whole picture',
    enlarge: 'Enlarge',
    enlarged: 'Before and after',
    regions: (count: number) => amount(count, 'changed region'),
    region: (width: number, height: number, x: number, y: number) => `${width} × ${height} px at ${x}, ${y}`,
    moreRegions: (count: number) => `Show ${count} more`,
    styles: 'Changes at the element',
    changesOf: (label: string) => `What changed at ${label}`,
    property: 'Property',
    text: 'text',
    place: 'place on the page',
    size: 'size',
    notFound: 'not found',
    empty: 'empty',
    code: 'Code',
    files: (count: number) => amount(count, 'file'),
    checks: 'Checks',
    console: 'Console and requests',
    consoleTally: (added: number, gone: number) => [added > 0 && `${added} new`, gone > 0 && `${gone} gone`].filter(Boolean).join(', '),
    consoleAdded: 'New after the change',
    consoleGone: 'Gone after the change',
    requestsAdded: 'Requests that fail now',
    vision: 'Second look at the pictures',
    visionAnswer: { fixed: 'looks fixed', not_fixed: 'looks not fixed', unsure: 'unsure' },
    visionRole: (model: string) => `By ${model}. It can only lower the verdict, never raise it.`,
    commit: (short: string) => `commit ${short}`,
    unstable: 'the page kept moving while its picture was taken'
  },

  checks: {
    outcome: { passed: 'passed', failed: 'failed', timed_out: 'took too long', not_run: 'not run' },
    before: (outcome: string) => `before the change: ${outcome}`,
    output: (name: string) => `Output of ${name}`,
    wholeOutput: 'Show the whole output',
    tally: (outcomes: readonly ('passed' | 'failed' | 'timed_out' | 'not_run')[]) => {
      const count = (wanted: (typeof outcomes)[number]) => outcomes.filter(outcome => outcome === wanted).length
      const failed = count('failed') + count('timed_out')
      const parts = [
        failed > 0 && `${failed} failed`,
        count('passed') > 0 && `${count('passed')} passed`,
        count('not_run') > 0 && `${count('not_run')} not run`
      ]
      return parts.filter(Boolean).join(', ')
    }
  },

  composer: {
    label: 'What is wrong?',
    placeholder: 'Say what is wrong…',
    placeholderRunning: 'Add what comes next…',
    point: 'Point',
    pointHint: (key: string | undefined) => `Point at something on the page${key === undefined ? '' : ` (${key})`}`,
    pointing: { starting: 'Starting', pointing: 'Pointing', capturing: 'Capturing' },
    whatIsSent: 'What is sent',
    masked: 'masked',
    removePick: (number: number, label: string) => `Remove ${number}, ${label}`,
    remove: 'Remove',
    send: 'Send',
    sending: 'Sending',
    queue: 'Queue',
    stop: 'Stop',
    stopping: 'Stopping',
    stopHint: 'Stop (Esc Esc)',
    escapeAgain: 'Press Esc once more to stop.',
    tooLong: (count: number) => `${amount(count, 'character')} too many.`,
    charactersLeft: (count: number) => `${amount(count, 'character')} left`,
    pointingKeys: 'Click an element, or drag a region. Shift adds more, Esc leaves.',
    pointingKeysLabel: 'Keys while pointing',
    morePointingKeys: [
      ['↑ ↓ ← →', 'walk'],
      ['Shift + arrow', 'by component'],
      ['Tab', 'next control'],
      ['Space', 'add'],
      ['[ ]', 'below, above'],
      ['Alt', 'box model'],
      ['F', 'freeze'],
      ['T', 'select text']
    ],
    keys: 'Enter sends, Shift+Enter starts a new line.',
    keysRunning: 'Enter queues it, Esc Esc stops.'
  },

  recording: {
    label: 'Recorded steps',
    start: 'Record',
    startHint: 'Record what you do on the page, for a bug report',
    recording: 'Recording',
    paused: 'Recording waits',
    stopped: 'Recorded',
    count: (count: number) => amount(count, 'step'),
    elapsed: 'Time since recording began',
    empty: 'Now do on the page what leads to the bug. Each step appears here.',
    privacy: 'What you type or choose is never recorded.',
    nothing: 'Nothing was recorded.',
    stop: 'Stop',
    goOn: 'Record on',
    discard: 'Discard',
    report: 'Report…',
    removeStep: (number: number) => `Remove step ${number}`,
    omitted: (count: number) => `${amount(count, 'step')} after the first left out: only the newest are kept.`
  },

  report: {
    title: 'Bug report',
    name: 'Title',
    nameExample: 'What is wrong, in a few words',
    text: 'What is wrong?',
    textExample: 'What you expected, and what happened instead',
    preview: 'Report',
    contents: ({ steps, picks, messages, requests, pictures }: Record<'steps' | 'picks' | 'messages' | 'requests' | 'pictures', number>) =>
      [
        steps > 0 && amount(steps, 'step'),
        picks > 0 && amount(picks, 'element'),
        messages > 0 && amount(messages, 'console message'),
        requests > 0 && amount(requests, 'failed request'),
        pictures > 0 && amount(pictures, 'picture')
      ]
        .filter(Boolean)
        .join(', ') || 'No steps and no elements',
    masked: (count: number) => (count === 0 ? 'Nothing had to be masked.' : `${amount(count, 'value')} masked in the browser.`),
    copy: 'Copy',
    copyLong: 'Copy the report as Markdown, without pictures',
    download: 'Download',
    downloadLong: 'Download the report as a Markdown file, with its pictures',
    issue: 'Open issue',
    openingIssue: 'Opening…',
    issueLong: 'Your server opens an issue on the project’s code host. Everybody who may see the repository sees it, with the pictures.',
    session: 'Send to a session',
    needsTitle: 'An issue needs a title.'
  },

  issue: {
    requested: 'Opening the issue',
    opened: (number: number | undefined) => (number === undefined ? 'Issue opened' : `Issue #${number} opened`),
    open: (host: string) => `Open on ${host}`
  },

  annotate: {
    title: 'Draw on the screenshot',
    open: 'Draw',
    openHint: 'Draw on the screenshot: arrows, boxes, lines and words',
    edit: 'Change the drawing',
    tool: 'Tool',
    tools: { arrow: 'Arrow', box: 'Box', pen: 'Pen', text: 'Text' },
    color: 'Colour',
    colors: ['Red', 'Yellow', 'Green', 'Blue', 'Black'],
    undo: 'Undo (Ctrl+Z)',
    redo: 'Redo (Ctrl+Shift+Z)',
    clear: 'Take everything off',
    zoom: (now: number) => `Larger (now ${now * 100} %)`,
    stage: (count: number) => `Screenshot with ${amount(count, 'mark')}. The arrow keys move the cross, Enter begins and ends a mark.`,
    hint: 'Keys: A B P T choose, arrows move the cross, Enter begins and ends.',
    textLabel: 'Text',
    full: (most: number) => `At most ${most} marks.`,
    failed: 'The picture could not be made. Try again.',
    leaving: 'What you have drawn is not kept yet.',
    discard: 'Throw away',
    save: 'Keep'
  },

  frames: {
    offer: (host: string) => `Point inside ${host}`,
    why: (host: string) => `This frame belongs to ${host}. Chrome asks whether Fixpoint may see it; then you can point at what is in it.`
  },

  sendPreview: {
    to: 'Goes to',
    page: 'Page and elements',
    always: 'always',
    pick: (number: number) => `Element ${number}:`,
    screenshot: 'Screenshot and crops',
    dom: 'Surroundings and styles',
    components: 'Components',
    console: 'Console and requests',
    none: 'none',
    lines: (count: number) => amount(count, 'line'),
    componentsDetail: (names: number, props: number) =>
      props === 0 ? amount(names, 'name') : `${amount(names, 'name')}, props of ${props}`,
    props: 'Props',
    consoleDetail: (messages: number, requests: number) => {
      const parts = [messages > 0 && amount(messages, 'message'), requests > 0 && amount(requests, 'failed request')]
      return parts.filter(part => part !== false).join(', ') || 'none'
    },
    requests: 'Failed requests',
    steps: 'Recorded steps',
    stepCount: (count: number) => amount(count, 'step'),
    noAnswer: 'no answer',
    takeWholePage: 'Take the whole page',
    takingWholePage: 'Taking the whole page',
    pictureSize: ({ width, height, bytes, isWholePage }: { width: number; height: number; bytes: number; isWholePage: boolean }) =>
      `${isWholePage ? 'whole page, ' : ''}${width} × ${height}, ${Math.max(1, Math.round(bytes / 1000))} kB`,
    look: 'Look',
    hide: 'Hide',
    show: (part: string) => `Look at ${part.toLowerCase()}`,
    redactions: (count: number) =>
      count === 0 ? 'Nothing had to be masked.' : `${amount(count, 'value')} masked before anything leaves the page:`
  },

  budget: {
    label: 'Budget',
    used: (tokens: number, budget: number) => `about ${tokens.toLocaleString('en')} of ${budget.toLocaleString('en')} tokens`,
    explanation: 'An estimate for the text; pictures come on top.',
    short: (tokens: number) => `${tokens / 1_000}k`,
    over: 'The elements that you picked take more than this by themselves.'
  },

  queue: {
    label: 'Waiting prompts',
    waiting: (count: number) => `${count} waiting`,
    withdraw: (text: string) => `Withdraw “${text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text}”`
  },

  pullRequest: {
    requested: 'Creating the pull request',
    opened: (number: number | undefined) => (number === undefined ? 'Pull request opened' : `Pull request #${number} opened`),
    pushed: 'Branch pushed',
    open: (host: string) => `Open on ${host}`,
    commands: 'Commands to look at the branch'
  },

  empty: {
    sentence: 'Point at what is wrong, say it, get it fixed with proof.',
    point: 'Point at something',
    record: 'Record a bug',
    suggestions: 'Or try one of these'
  },

  error: {
    field: (field: string) => `Field: ${field}`,
    copyDiagnostics: 'Copy diagnostics',
    copyDiagnosticsLong: 'Copy what somebody who helps will ask for'
  },

  connection: {
    connecting: 'Connecting',
    connected: 'Connected',
    reconnecting: 'Reconnecting',
    refused: 'Refused',
    lost: 'Connection lost.',
    retryIn: (seconds: number) => `Trying again in ${seconds} s.`,
    retrying: 'Trying again…',
    retry: 'Try now'
  }
} as const

const EGRESS_REASONS: Record<string, string> = {
  not_on_list: 'not on the project’s list',
  host_syntax: 'not a host name',
  port_not_allowed: 'port not on the list',
  private_address: 'resolves to a private address',
  unresolvable: 'cannot be resolved',
  not_connect: 'only HTTPS is carried',
  byte_budget: 'byte budget used up',
  too_many: 'too many connections',
  tls_name_mismatch: 'asked for another host than it named',
  connect_failed: 'did not answer'
}

function amount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? singular : plural}`
}

function compact(count: number): string {
  return count < 1_000 ? String(count) : `${(count / 1_000).toFixed(count < 10_000 ? 1 : 0).replace(/\.0$/, '')}k`
}
