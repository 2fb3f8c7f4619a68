// @vitest-environment happy-dom
import { bugReportMarkdown, type PageContextInput, pageContextSchema } from '@fixpoint/protocol'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import ReactMarkdown from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { afterEach, expect, test, vi } from 'vitest'
import { HOSTILE_TEXTS } from '../fixtures/hostile-texts.ts'
import { RecordingCard, type RecordingView } from './RecordingCard.tsx'

afterEach(cleanup)

const at = '2026-03-01T12:00:00.000Z'
const MARKUP = [
  ...HOSTILE_TEXTS.map(text => text.slice(0, 400)),
  '@octocat and @acme/team see #12, acme/tiny#3 and GH-7',
  '&#64;octocat &commat;octocat',
  '# Heading',
  '- [ ] task',
  '1. one',
  '---',
  '| a | b |\n| - | - |\n| c | d |',
  '![p](https://evil.example/p.png) https://evil.example www.evil.example me@evil.example',
  '```\nout of the fence'
]

function rendered(text: string) {
  const context = pageContextSchema.parse({
    url: 'http://localhost/',
    title: text.slice(0, 500),
    capturedAt: at,
    viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
    colorScheme: 'dark',
    theme: text.slice(0, 300),
    picks: [
      {
        number: 1,
        selectors: [text || 'p'],
        tag: 'p',
        accessibleName: text,
        box: { x: 0, y: 0, width: 1, height: 1 },
        components: [],
        styles: {}
      }
    ],
    console: [{ level: 'error', text, at }],
    steps: [{ kind: 'click', at, element: { tag: 'p', name: text.slice(0, 200), selectors: [text.slice(0, 400) || 'p'] } }],
    truncated: [text.slice(0, 300)]
  } satisfies PageContextInput)
  const markdown = bugReportMarkdown({ title: text, text, context, pictures: { crops: new Map() } })
  return render(<ReactMarkdown remarkPlugins={[remarkGfm]}>{markdown}</ReactMarkdown>).container
}

/** What would act on a code host: its own rendering looks for mentions and references in the text that is not code. */
function actingIn(container: HTMLElement): string[] {
  const plain = container.cloneNode(true)
  if (!(plain instanceof HTMLElement)) throw new Error('no element')
  for (const code of plain.querySelectorAll('code')) code.remove()
  return [
    ...[...container.querySelectorAll('a,img,table,input,h3,hr,script,iframe')].map(element => element.outerHTML),
    ...[...container.querySelectorAll('h1')].slice(1).map(element => element.outerHTML),
    ...((plain.textContent ?? '').match(/@(?=\w)\S*|#(?=\d)\S*|GH-\d+/g) ?? [])
  ]
}

test.each(MARKUP.map(text => [text]))('in a report nothing of this acts: %s', text => {
  expect(actingIn(rendered(text))).toEqual([])
})

test('the control: as Markdown of its own much of it would', () => {
  const acting = MARKUP.filter(text => {
    const { container } = render(<ReactMarkdown remarkPlugins={[remarkGfm]}>{`## x\n\n${text}`}</ReactMarkdown>)
    return actingIn(container).length > 0
  })
  expect(acting.length).toBeGreaterThan(5)
})

function show(change: Partial<RecordingView> = {}, canReport = true) {
  const actions = { start: vi.fn(), stop: vi.fn(), discard: vi.fn(), removeStep: vi.fn(), report: vi.fn() }
  const recording: RecordingView = {
    status: 'recording',
    steps: ['Began at http://a/', 'Clicked “Add”'],
    omitted: 0,
    startedAt: Date.now(),
    ...change
  }
  render(<RecordingCard recording={recording} actions={actions} canReport={canReport} />)
  return actions
}

test('while it records, the steps are there to read and only ending is offered', () => {
  const { stop, discard } = show()
  expect(screen.getAllByRole('listitem').map(item => item.textContent)).toEqual(['Began at http://a/', 'Clicked “Add”'])
  expect(screen.queryByRole('button', { name: /Remove step/ })).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'Stop' }))
  fireEvent.click(screen.getByRole('button', { name: 'Discard' }))
  expect(stop).toHaveBeenCalledOnce()
  expect(discard).toHaveBeenCalledOnce()
})

test('stopped, steps can be looked at and taken out, and a report made of them', () => {
  const { removeStep, report, start } = show({ status: 'stopped', omitted: 3 })
  expect(screen.getByText(/3 steps after the first left out/)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Look at recorded steps' }))
  fireEvent.click(screen.getByRole('button', { name: 'Remove step 2' }))
  expect(removeStep).toHaveBeenCalledWith(1)
  fireEvent.click(screen.getByRole('button', { name: 'Report…' }))
  fireEvent.click(screen.getByRole('button', { name: 'Record on' }))
  expect(report).toHaveBeenCalledOnce()
  expect(start).toHaveBeenCalledOnce()
})

test('on a page that cannot be seen it says so, and without anything captured there is no report', () => {
  show({
    status: 'paused',
    failure: { code: 'page_access_needed', message: 'Fixpoint has no access to this page yet.', hint: 'Click the icon.', retryable: false }
  })
  expect(screen.getByText(/no access to this page yet. Click the icon./)).toBeDefined()
  cleanup()
  show({ status: 'stopped' }, false)
  expect(screen.getByRole('button', { name: 'Report…' })).toHaveProperty('disabled', true)
})
