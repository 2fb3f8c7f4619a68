// @vitest-environment happy-dom
import { cleanup, fireEvent, render } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Artifacts } from './artifacts/ArtifactSource.tsx'
import { PickChips } from './composer/PickChips.tsx'
import { SendPreview } from './composer/SendPreview.tsx'
import { HOSTILE_TEXTS } from './fixtures/hostile-texts.ts'
import { fixtureLogs } from './fixtures/logs.ts'
import { fixtureArtifacts } from './fixtures/pictures.ts'
import { contextPreview } from './fixtures/preview.ts'
import { ErrorCard } from './session/ErrorCard.tsx'
import { PullRequestCard } from './session/PullRequestCard.tsx'
import { QueueList } from './session/QueueList.tsx'
import { Markdown } from './text/Markdown.tsx'
import { Timeline } from './timeline/Timeline.tsx'

afterEach(cleanup)

const FORBIDDEN =
  'script, iframe, object, embed, link, meta, base, style, form, template, video, audio, svg :not(path, circle, rect, line, polyline, polygon, ellipse, g)'

/** Everything in a tree that could run code, load something or lead somewhere it must not. */
function dangersIn(root: Element): string[] {
  const dangers: string[] = [...root.querySelectorAll(FORBIDDEN)].map(element => `<${element.tagName.toLowerCase()}>`)
  for (const element of root.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      const text = value.replace(/\s/g, '').toLowerCase()
      if (/^on/i.test(name)) dangers.push(`${name} of <${element.tagName.toLowerCase()}>`)
      if (
        /^(href|xlink:href|action|formaction|src|srcset|srcdoc|data|poster)$/i.test(name) &&
        !/^(https?:|mailto:|data:image\/svg)/.test(text)
      ) {
        dangers.push(`${name}=${value}`)
      }
      if (name === 'src' && /^https?:/.test(text)) dangers.push(`loads ${value}`)
      if (name === 'style' && /url\(|expression/.test(text)) dangers.push(`style=${value}`)
    }
  }
  if ('__attacked' in globalThis) dangers.push('code ran')
  return dangers
}

async function openEverything(root: Element) {
  for (let round = 0; round < 4; round++) {
    for (const button of root.querySelectorAll('button[aria-expanded=false], .fx-tools__earlier')) fireEvent.click(button)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

test('there are at least 80, and taken for markup most of them are dangerous', () => {
  expect(new Set(HOSTILE_TEXTS).size).toBeGreaterThanOrEqual(80)
  const dangerous = HOSTILE_TEXTS.filter(text => {
    const root = document.createElement('div')
    root.innerHTML = text
    return dangersIn(root).length > 0
  })
  expect(dangerous.length).toBeGreaterThanOrEqual(60)
})

test('in prompts, answers, tool output, file names, console, styles and failures none becomes an element or a handler', async () => {
  const state = fixtureLogs.hostile().state()
  const { container } = render(
    <Artifacts source={fixtureArtifacts} sessionId={state.sessionId}>
      <Timeline state={state} />
    </Artifacts>
  )
  await openEverything(container)
  expect(dangersIn(container)).toEqual([])
  expect(container.textContent).toContain('<svg onload=')
  expect(container.querySelectorAll('button[aria-expanded=true]').length).toBeGreaterThan(HOSTILE_TEXTS.length * 2)
  // Some thousand clicks in a slow DOM.
}, 120_000)

test.each(HOSTILE_TEXTS.map(text => [text]))('as Markdown: %s', text => {
  const { container } = render(<Markdown text={text} />)
  expect(dangersIn(container)).toEqual([])
})

test('in what is shown before sending', async () => {
  const all = HOSTILE_TEXTS.join('\n')
  const preview = {
    ...contextPreview,
    url: all,
    title: all,
    outline: all,
    picks: HOSTILE_TEXTS.map((text, index) => ({
      ...contextPreview.picks[0],
      number: index + 1,
      label: text,
      selector: text,
      source: { file: text, line: 1 },
      cropUrl: undefined,
      componentNames: [text],
      props: [text],
      isComplete: true
    })),
    console: HOSTILE_TEXTS.map(text => ({ level: 'error' as const, text, at: '2026-03-04T09:30:00.000Z' })),
    environment: [...HOSTILE_TEXTS],
    requests: HOSTILE_TEXTS.map(text => ({ url: text, initiator: 'fetch', status: 500, at: '2026-03-04T09:30:00.000Z' })),
    steps: [...HOSTILE_TEXTS],
    redactions: Object.fromEntries(HOSTILE_TEXTS.map(text => [text, 1])),
    truncated: [...HOSTILE_TEXTS]
  }
  const { container } = render(
    <>
      <PickChips picks={preview.picks} onRemove={() => undefined} onPointInside={() => undefined} />
      <SendPreview
        preview={preview}
        choice={{ screenshot: true, dom: true, components: true, console: true, steps: true, budget: 8_000 }}
        onChoiceChange={() => undefined}
        destination={all}
      />
    </>
  )
  await openEverything(container)
  expect(dangersIn(container)).toEqual([])
})

test('in failures, the queue and pull requests', () => {
  const all = HOSTILE_TEXTS.join('\n')
  const state = fixtureLogs.queued().state()
  const prompts = state.prompts.map(prompt => ({ ...prompt, text: all, author: { ...prompt.author, name: all } }))
  const { container } = render(
    <>
      <ErrorCard failure={{ code: 'internal', message: all, hint: all, retryable: false, field: all }} reference={all} />
      <QueueList prompts={prompts} onWithdraw={() => undefined} />
      <PullRequestCard
        pullRequest={{ status: 'opened', operationId: 'x', turnId: 'x', branch: all, commit: all, url: 'javascript:alert(1)' }}
      />
    </>
  )
  expect(dangersIn(container)).toEqual([])
})
