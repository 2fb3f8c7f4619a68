import type { TurnState } from '@fixpoint/protocol'

/** English texts and those of another language; `{0}`, `{1}` and so on stand for what is put in. */
export type Translation = Readonly<Record<string, string>>

let translation: Translation = {}

/** Takes literals alone, for translators to find. */
const t = (english: string, ...parts: (string | number)[]) => inLanguage(english, parts)

function inLanguage(english: string, parts: (string | number)[]): string {
  return (translation[english] ?? english).replace(/\{(\d)\}/g, (_, index) => String(parts[Number(index)] ?? ''))
}

const inWords = () => ({
  /** What a running turn does now; the words of the log where they say it best. */
  activity: (turn: Pick<TurnState, 'activity' | 'isStopRequested'>) =>
    turn.isStopRequested ? t('Stopping') : turn.activity || t('Working'),

  artifacts: {
    pictureLoading: (what: string) => t('{0} (loading)', what),
    pictureFailed: (what: string) => t('{0}: the picture could not be loaded. Try again', what),
    textLoading: t('Loading…'),
    textFailed: t('This could not be loaded.'),
    retry: t('Try again')
  },

  copy: {
    copied: t('Copied'),
    failed: t('Could not copy'),
    code: t('Copy code'),
    output: t('Copy output'),
    commands: t('Copy commands')
  },

  dialog: { close: t('Close') },

  text: {
    all: t('Show all'),
    less: t('Show less'),
    moreLines: (count: number) => t('Show {0}', amount(count, 'more line'))
  },

  markdown: { imageWithoutText: t('Picture'), code: t('Code') },

  colorScheme: { light: t('light'), dark: t('dark') },

  console: { error: t('Error'), warning: t('Warning') },

  source: {
    verified: t('in the project’s repository'),
    unverified: t('not verified: the page says so, the repository has no such file'),
    unchecked: t('as the page says')
  },

  candidates: { title: t('Where it may be written'), notVerified: t('not verified') },

  diff: {
    label: t('Change'),
    of: (path: string) => t('Change of {0}', path),
    added: t('new'),
    deleted: t('deleted'),
    renamed: t('renamed'),
    binary: t('A binary file; its content is not shown.'),
    binaryShort: t('binary'),
    noLines: t('No lines changed.'),
    counts: (added: number, removed: number) => t('{0} added, {1} removed', amount(added, 'line'), removed)
  },

  tool: {
    list: t('What the agent did'),
    failed: t('Failed'),
    stopped: t('Stopped'),
    unknown: t('Outcome unknown'),
    input: (tool: string) => (tool === 'bash' ? t('Command') : t('Input')),
    output: t('Output'),
    diff: t('Change'),
    picture: (number: number, title: string) => t('Picture {0} of “{1}”', number, title),
    nothingToShow: t('There is no output.'),
    earlier: (count: number, failures: number) => `${amount(count, 'earlier step')}${failures > 0 ? t(', {0} failed', failures) : ''}`
  },

  prompt: {
    picks: t('Elements pointed at'),
    cropOf: (label: string) => t('Picture of {0}', label),
    screenshot: t('Screenshot of the page'),
    annotated: t('Screenshot with what was drawn on it'),
    pickCount: (count: number) => amount(count, 'element'),
    stepCount: (count: number) => amount(count, 'recorded step'),
    consoleCount: (count: number) => (count === 0 ? t('No console messages') : amount(count, 'console message')),
    redactionCount: (count: number) =>
      count === 0 ? t('Nothing had to be masked') : t('{0} masked in the browser', amount(count, 'value')),
    sending: { session: t('Starting the session'), pictures: t('Sending the pictures'), prompt: t('Sending') }
  },

  timeline: {
    label: t('Timeline'),
    turnBy: (name: string) => t('Prompt by {0}', name),
    textInterrupted: t('Interrupted here'),
    retryIn: (seconds: number) => t('Trying again in {0} s', seconds),
    elapsed: t('Time since this turn began'),
    jump: t('Jump to latest'),
    withdrawn: t('Withdrawn:'),
    closed: t('This session is closed. Its sandbox is gone; what happened stays here.'),
    noProof: t('Unverified: this turn changed files but made no proof.'),
    ended: { done: t('Done'), failed: t('Failed'), stopped: t('Stopped') },
    starting: t('Waiting to start'),
    tryingAgain: t('tried again'),
    working: t('Working'),
    turnFacts: ({ duration, hasChanges, steps, tokens }: { duration: string; hasChanges: boolean; steps: number; tokens: number }) =>
      [!hasChanges && t('no files changed'), duration, steps > 0 && amount(steps, 'step'), tokens > 0 && t('{0} tokens', compact(tokens))]
        .filter(Boolean)
        .join(' · ')
  },

  decision: {
    accept: t('Accept'),
    acceptHint: t('Keep this work; discarding leaves it alone'),
    discard: t('Discard…'),
    discardHint: t('Put back all files that were changed and not accepted'),
    undo: t('Undo'),
    undoHint: t('Put back the files that this turn changed, as they were before it'),
    undoing: t('Undoing'),
    undoOthers: t('Undo the other files'),
    undoOthersHint: t('Files that were changed since stay as they are'),
    accepted: (name: string) => t('Accepted by {0}', name),
    undone: (name: string, left: number) =>
      left === 0
        ? t('Undone by {0}. Its files are as they were before.', name)
        : t('Undone by {0}. {1} changed since stayed as {2}.', name, amount(left, 'file'), left === 1 ? t('it is') : t('they are')),
    discardTitle: (turns: number) => (turns === 1 ? t('Discard the work of this turn?') : t('Discard the work of {0} turns?', turns)),
    discardText: (names: readonly string[]) =>
      t(
        '{0}{1} will be as before. What people changed stays.',
        names.length === 0 ? t('Its files') : names.slice(0, 5).join(', '),
        names.length > 5 ? t(' and {0} more', names.length - 5) : ''
      ),
    discardConfirm: t('Discard'),
    conflictTitle: t('Some files were changed since')
  },

  egress: {
    summary: (requests: number, hosts: number) =>
      t('The sandbox let nothing out: {0} to {1}', amount(requests, 'request'), amount(hosts, 'address', 'addresses')),
    hint: t('Whoever runs the server can add a host to the project’s allowedHosts.'),
    reason: (reason: string) => egressReasons()[reason] ?? reason
  },

  verdict: {
    verified: { word: t('Verified'), sentence: t('Seen before and after, and nothing that was checked speaks against it.') },
    looks_wrong: { word: t('Looks wrong'), sentence: t('Something that was checked speaks against this change.') },
    unverified: { word: t('Unverified'), sentence: t('Not everything could be checked. Look for yourself.') }
  },

  proof: {
    label: (word: string) => t('Proof: {0}', word),
    reasons: t('Why'),
    reasonOutcome: { holds: t('Yes:'), fails: t('No:'), open: t('Not known:') },
    about: { asked: t('Asked'), seen: t('Seen'), side_effects: t('Side effects'), checks: t('Checks'), vision: t('Vision') },
    pictures: t('Pictures of'),
    before: t('Before'),
    after: t('After'),
    element: t('Element'),
    elementNumber: (number: number) => t('Element {0}', number),
    page: t('Page'),
    pictureOf: (what: string, phase: string) => `${what}, ${phase.toLowerCase()}`,
    stage: (what: string) => t('{0}, before and after', what),
    stageKeys: t('Plus and minus zoom, the arrow keys move, 0 shows the whole picture.'),
    elementMissing: (foundBefore: boolean, foundAfter: boolean) =>
      foundBefore && foundAfter
        ? undefined
        : foundAfter
          ? t('The element was not on the page before.')
          : foundBefore
            ? t('The element is not on the page any more.')
            : t('The element was not found on the page.'),
    pageMissing: (hasBefore: boolean, hasAfter: boolean) =>
      hasBefore && hasAfter
        ? undefined
        : hasAfter
          ? t('There is no picture from before.')
          : t('There is no picture from after the change.'),
    noPictures: t('There are no pictures of this change.'),
    mode: t('Compare'),
    modes: { sides: t('2-up'), swipe: t('Swipe'), onion: t('Onion skin'), difference: t('Difference'), blink: t('Blink') },
    swipeHandle: t('Border between before and after'),
    onionShare: t('How much of the after picture is seen'),
    blackIsEqual: t('Black is unchanged'),
    markedIsChanged: t('Changed pixels are marked'),
    blinkPause: t('Pause'),
    blinkStart: t('Blink'),
    blinkShow: (phase: string) => t('Show {0}', phase.toLowerCase()),
    zoomIn: t('Zoom in'),
    zoomOut: t('Zoom out'),
    fit: t('Show the whole picture'),
    enlarge: t('Enlarge'),
    enlarged: t('Before and after'),
    regions: (count: number) => amount(count, 'changed region'),
    region: (width: number, height: number, x: number, y: number) => t('{0} × {1} px at {2}, {3}', width, height, x, y),
    moreRegions: (count: number) => t('Show {0} more', count),
    styles: t('Changes at the element'),
    changesOf: (label: string) => t('What changed at {0}', label),
    property: t('Property'),
    text: t('text'),
    place: t('place on the page'),
    size: t('size'),
    notFound: t('not found'),
    empty: t('empty'),
    code: t('Code'),
    files: (count: number) => amount(count, 'file'),
    checks: t('Checks'),
    console: t('Console and requests'),
    consoleTally: (added: number, gone: number) =>
      [added > 0 && t('{0} new', added), gone > 0 && t('{0} gone', gone)].filter(Boolean).join(', '),
    consoleAdded: t('New after the change'),
    consoleGone: t('Gone after the change'),
    requestsAdded: t('Requests that fail now'),
    vision: t('Second look at the pictures'),
    visionAnswer: { fixed: t('looks fixed'), not_fixed: t('looks not fixed'), unsure: t('unsure') },
    visionRole: (model: string) => t('By {0}. It can only lower the verdict, never raise it.', model),
    commit: (short: string) => t('commit {0}', short),
    unstable: t('the page kept moving while its picture was taken')
  },

  checks: {
    outcome: { passed: t('passed'), failed: t('failed'), timed_out: t('took too long'), not_run: t('not run') },
    before: (outcome: string) => t('before the change: {0}', outcome),
    output: (name: string) => t('Output of {0}', name),
    wholeOutput: t('Show the whole output'),
    tally: (outcomes: readonly ('passed' | 'failed' | 'timed_out' | 'not_run')[]) => {
      const count = (wanted: (typeof outcomes)[number]) => outcomes.filter(outcome => outcome === wanted).length
      const failed = count('failed') + count('timed_out')
      const parts = [
        failed > 0 && t('{0} failed', failed),
        count('passed') > 0 && t('{0} passed', count('passed')),
        count('not_run') > 0 && t('{0} not run', count('not_run'))
      ]
      return parts.filter(Boolean).join(', ')
    }
  },

  composer: {
    label: t('What is wrong?'),
    placeholder: t('Say what is wrong…'),
    placeholderRunning: t('Add what comes next…'),
    point: t('Point'),
    pointHint: (key: string | undefined) => t('Point at something on the page{0}', key === undefined ? '' : ` (${key})`),
    pointing: { starting: t('Starting'), pointing: t('Pointing'), capturing: t('Capturing') },
    whatIsSent: t('What is sent'),
    masked: t('masked'),
    removePick: (number: number, label: string) => t('Remove {0}, {1}', number, label),
    remove: t('Remove'),
    send: t('Send'),
    sending: t('Sending'),
    queue: t('Queue'),
    stop: t('Stop'),
    stopping: t('Stopping'),
    stopHint: t('Stop (Esc Esc)'),
    escapeAgain: t('Press Esc once more to stop.'),
    tooLong: (count: number) => t('{0} too many.', amount(count, 'character')),
    charactersLeft: (count: number) => t('{0} left', amount(count, 'character')),
    pointingKeys: t('Click an element, or drag a region. Shift adds more, Esc leaves.'),
    pointingKeysLabel: t('Keys while pointing'),
    morePointingKeys: [
      ['↑ ↓ ← →', t('walk')],
      [t('Shift + arrow'), t('by component')],
      [t('Tab'), t('next control')],
      [t('Space'), t('add')],
      ['[ ]', t('below, above')],
      [t('Alt'), t('box model')],
      [t('F'), t('freeze')],
      [t('T'), t('select text')]
    ],
    keys: t('Enter sends, Shift+Enter starts a new line.'),
    keysRunning: t('Enter queues it, Esc Esc stops.')
  },

  recording: {
    label: t('Recorded steps'),
    start: t('Record'),
    startHint: t('Record what you do on the page, for a bug report'),
    recording: t('Recording'),
    paused: t('Recording waits'),
    stopped: t('Recorded'),
    count: (count: number) => amount(count, 'step'),
    elapsed: t('Time since recording began'),
    empty: t('Now do on the page what leads to the bug. Each step appears here.'),
    privacy: t('What you type or choose is never recorded.'),
    nothing: t('Nothing was recorded.'),
    stop: t('Stop'),
    goOn: t('Record on'),
    discard: t('Discard'),
    report: t('Report…'),
    removeStep: (number: number) => t('Remove step {0}', number),
    omitted: (count: number) => t('{0} after the first left out: only the newest are kept.', amount(count, 'step'))
  },

  report: {
    title: t('Bug report'),
    name: t('Title'),
    nameExample: t('What is wrong, in a few words'),
    text: t('What is wrong?'),
    textExample: t('What you expected, and what happened instead'),
    preview: t('Report'),
    contents: ({ steps, picks, messages, requests, pictures }: Record<'steps' | 'picks' | 'messages' | 'requests' | 'pictures', number>) =>
      [
        steps > 0 && amount(steps, 'step'),
        picks > 0 && amount(picks, 'element'),
        messages > 0 && amount(messages, 'console message'),
        requests > 0 && amount(requests, 'failed request'),
        pictures > 0 && amount(pictures, 'picture')
      ]
        .filter(Boolean)
        .join(', ') || t('No steps and no elements'),
    masked: (count: number) => (count === 0 ? t('Nothing had to be masked.') : t('{0} masked in the browser.', amount(count, 'value'))),
    copy: t('Copy'),
    copyLong: t('Copy the report as Markdown, without pictures'),
    download: t('Download'),
    downloadLong: t('Download the report as a Markdown file, with its pictures'),
    issue: t('Open issue'),
    openingIssue: t('Opening…'),
    issueLong: t('Your server opens an issue on the project’s code host. Everybody who may see the repository sees it, with the pictures.'),
    session: t('Send to a session'),
    needsTitle: t('An issue needs a title.')
  },

  issue: {
    requested: t('Opening the issue'),
    opened: (number: number | undefined) => (number === undefined ? t('Issue opened') : t('Issue #{0} opened', number)),
    open: (host: string) => t('Open on {0}', host)
  },

  annotate: {
    title: t('Draw on the screenshot'),
    open: t('Draw'),
    openHint: t('Draw on the screenshot: arrows, boxes, lines and words'),
    edit: t('Change the drawing'),
    tool: t('Tool'),
    tools: { arrow: t('Arrow'), box: t('Box'), pen: t('Pen'), text: t('Text') },
    color: t('Colour'),
    colors: [t('Red'), t('Yellow'), t('Green'), t('Blue'), t('Black')],
    undo: t('Undo (Ctrl+Z)'),
    redo: t('Redo (Ctrl+Shift+Z)'),
    clear: t('Take everything off'),
    zoom: (now: number) => t('Larger (now {0} %)', now * 100),
    stage: (count: number) => t('Screenshot with {0}. The arrow keys move the cross, Enter begins and ends a mark.', amount(count, 'mark')),
    hint: t('Keys: A B P T choose, arrows move the cross, Enter begins and ends.'),
    textLabel: t('Text'),
    full: (most: number) => t('At most {0} marks.', most),
    failed: t('The picture could not be made. Try again.'),
    leaving: t('What you have drawn is not kept yet.'),
    discard: t('Throw away'),
    save: t('Keep')
  },

  frames: {
    offer: (host: string) => t('Point inside {0}', host),
    why: (host: string) =>
      t('This frame belongs to {0}. Chrome asks whether Fixpoint may see it; then you can point at what is in it.', host)
  },

  sendPreview: {
    to: t('Goes to'),
    page: t('Page and elements'),
    always: t('always'),
    pick: (number: number) => t('Element {0}:', number),
    screenshot: t('Screenshot and crops'),
    dom: t('Surroundings and styles'),
    components: t('Components'),
    console: t('Console and requests'),
    none: t('none'),
    lines: (count: number) => amount(count, 'line'),
    componentsDetail: (names: number, props: number) =>
      props === 0 ? amount(names, 'name') : t('{0}, props of {1}', amount(names, 'name'), props),
    props: t('Props'),
    consoleDetail: (messages: number, requests: number) => {
      const parts = [messages > 0 && amount(messages, 'message'), requests > 0 && amount(requests, 'failed request')]
      return parts.filter(part => part !== false).join(', ') || t('none')
    },
    requests: t('Failed requests'),
    steps: t('Recorded steps'),
    stepCount: (count: number) => amount(count, 'step'),
    noAnswer: t('no answer'),
    takeWholePage: t('Take the whole page'),
    takingWholePage: t('Taking the whole page'),
    pictureSize: ({ width, height, bytes, isWholePage }: { width: number; height: number; bytes: number; isWholePage: boolean }) =>
      t('{0}{1} × {2}, {3} kB', isWholePage ? t('whole page, ') : '', width, height, Math.max(1, Math.round(bytes / 1000))),
    look: t('Look'),
    hide: t('Hide'),
    show: (part: string) => t('Look at {0}', part.toLowerCase()),
    redactions: (count: number) =>
      count === 0 ? t('Nothing had to be masked.') : t('{0} masked before anything leaves the page:', amount(count, 'value'))
  },

  budget: {
    label: t('Budget'),
    used: (tokens: number, budget: number) => t('about {0} of {1} tokens', tokens.toLocaleString('en'), budget.toLocaleString('en')),
    explanation: t('An estimate for the text; pictures come on top.'),
    short: (tokens: number) => t('{0}k', tokens / 1_000),
    over: t('The elements that you picked take more than this by themselves.')
  },

  queue: {
    label: t('Waiting prompts'),
    waiting: (count: number) => t('{0} waiting', count),
    withdraw: (text: string) => t('Withdraw “{0}”', text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text)
  },

  pullRequest: {
    requested: t('Creating the pull request'),
    opened: (number: number | undefined) => (number === undefined ? t('Pull request opened') : t('Pull request #{0} opened', number)),
    pushed: t('Branch pushed'),
    open: (host: string) => t('Open on {0}', host),
    commands: t('Commands to look at the branch')
  },

  empty: {
    sentence: t('Point at what is wrong, say it, get it fixed with proof.'),
    point: t('Point at something'),
    record: t('Record a bug'),
    suggestions: t('Or try one of these')
  },

  error: {
    field: (field: string) => t('Field: {0}', field),
    copyDiagnostics: t('Copy diagnostics'),
    copyDiagnosticsLong: t('Copy what somebody who helps will ask for')
  },

  connection: {
    connecting: t('Connecting'),
    connected: t('Connected'),
    reconnecting: t('Reconnecting'),
    refused: t('Refused'),
    lost: t('Connection lost.'),
    retryIn: (seconds: number) => t('Trying again in {0} s.', seconds),
    retrying: t('Trying again…'),
    retry: t('Try now')
  }
})

/** Everything that the components say in words of their own. Texts from the log are shown as they are. */
export let strings = inWords()

/** Says everything in another language; what the translation does not have stays English. Called before anything is shown. */
export function translate(into: Translation): void {
  translation = into
  strings = inWords()
}

const egressReasons = (): Record<string, string> => ({
  not_on_list: t('not on the project’s list'),
  host_syntax: t('not a host name'),
  port_not_allowed: t('port not on the list'),
  private_address: t('resolves to a private address'),
  unresolvable: t('cannot be resolved'),
  not_connect: t('only HTTPS is carried'),
  byte_budget: t('byte budget used up'),
  too_many: t('too many connections'),
  tls_name_mismatch: t('asked for another host than it named'),
  connect_failed: t('did not answer')
})

function amount(count: number, singular: string, plural = `${singular}s`): string {
  return inLanguage(`{0} ${count === 1 ? singular : plural}`, [count.toLocaleString('en')])
}

function compact(count: number): string {
  return count < 1_000 ? String(count) : `${(count / 1_000).toFixed(count < 10_000 ? 1 : 0).replace(/\.0$/, '')}k`
}
