import { runningTurn, type SessionState } from '@fixpoint/protocol'
import { type ReactNode, useState } from 'react'
import { AnnotateDialog } from '../src/annotate/AnnotateDialog.tsx'
import { fixtureLogs } from '../src/fixtures/logs.ts'
import { fixturePictureUrl, pictures } from '../src/fixtures/pictures.ts'
import { contextPreview } from '../src/fixtures/preview.ts'
import { looksWrongProof, unverifiedProof, verifiedProof } from '../src/fixtures/proofs.ts'
import type { SessionLog } from '../src/fixtures/session-log.ts'
import {
  Button,
  Composer,
  type ComposerProps,
  type Connection,
  ConnectionBanner,
  ConnectionDot,
  EmptyState,
  ErrorCard,
  PendingPrompt,
  ProofCard,
  PullRequestCard,
  QueueList,
  type RecordingView,
  ScrollToEnd,
  Timeline,
  turnOfPullRequest,
  waitingPrompts
} from '../src/index.ts'

export interface Story {
  show: () => ReactNode
  /** The present of the story, in ms since 1970. */
  now?: number
}

const nothing = () => undefined

const proofActions = () => (
  <>
    <Button look="primary">Create pull request</Button>
    <Button>Not quite</Button>
  </>
)

function Session({ state, pending, composer = {} }: { state: SessionState; pending?: ReactNode; composer?: Partial<ComposerProps> }) {
  const running = runningTurn(state)
  return (
    <>
      <ScrollToEnd resetKey={state.sessionId}>
        {state.prompts.length === 0 && pending === undefined ? (
          <EmptyState
            onPoint={nothing}
            pointKey="Alt+Shift+P"
            suggestions={['Line up the prices', 'The dark mode’s cart badge cannot be read', 'Say “1 item”, not “1 items”']}
            onSuggestion={nothing}
          />
        ) : (
          <Timeline
            state={state}
            proofActions={proofActions}
            diagnostics={() => 'diagnostics'}
            afterTurn={turn =>
              state.pullRequest !== null && turnOfPullRequest(state) === turn.turnId && <PullRequestCard pullRequest={state.pullRequest} />
            }
          >
            {pending}
          </Timeline>
        )}
      </ScrollToEnd>
      <QueueList prompts={waitingPrompts(state).queue} onWithdraw={nothing} />
      <SampleComposer isRunning={running !== undefined} isStopRequested={running?.isStopRequested ?? false} {...composer} />
    </>
  )
}

function SampleComposer(props: Partial<ComposerProps>) {
  const [text, setText] = useState(props.text ?? '')
  const [choice, setChoice] = useState({ screenshot: true, dom: true, components: true, console: true, steps: true, budget: 8_000 })
  return (
    <Composer
      preview={null}
      onRemovePick={nothing}
      onAnnotate={nothing}
      onTakeScreenshot={async () => true}
      onPointInside={nothing}
      destination="http://127.0.0.1:4700"
      pointing="off"
      onPoint={nothing}
      onLeavePointing={nothing}
      isRunning={false}
      isStopRequested={false}
      onStop={nothing}
      isSending={false}
      onSend={nothing}
      {...props}
      text={text}
      onTextChange={setText}
      choice={choice}
      onChoiceChange={setChoice}
    />
  )
}

function session(log: SessionLog, extra: Omit<Parameters<typeof Session>[0], 'state'> = {}): Story {
  return { show: () => <Session state={log.state()} {...extra} />, now: log.now + 7_000 }
}

function plain(...children: ReactNode[]): Story {
  return {
    show: () => (
      <ScrollToEnd resetKey="plain">
        <div className="gallery-plain">{children}</div>
      </ScrollToEnd>
    )
  }
}

const connections: Connection[] = [
  { status: 'connecting' },
  { status: 'connected' },
  { status: 'reconnecting', retryAt: Date.now() + 8_000 },
  { status: 'refused', failure: { code: 'token_invalid', message: 'The token is not valid.', hint: 'Pair again.', retryable: false } }
]

const LONG_NAMES = [
  'PriceTag',
  'ProductRecommendationsCarouselItemWithVeryLongName',
  'button',
  'Region in CheckoutSummarySidebarContainer',
  '“The quick brown fox jumps over the lazy…”'
]

const recordingActions = { start: nothing, stop: nothing, discard: nothing, removeStep: nothing, report: nothing }

const LONG_STEP =
  'Clicked “A button whose name tells the whole story of the product, its price, its delivery time and what others have bought” (button) 12 times'

function sampleRecording(count: number): RecordingView {
  const steps = ['Began at http://localhost:5173/', 'Typed into “Voucher” (textbox)', 'Clicked “Add to cart” (button) twice', LONG_STEP]
  return {
    status: 'recording',
    steps: Array.from({ length: count }, (_, index) => steps[index % steps.length] ?? ''),
    omitted: 0,
    startedAt: Date.now() - 72_000
  }
}

export const stories: Record<string, Story> = {
  ...Object.fromEntries(Object.entries(fixtureLogs).map(([name, log]) => [name, session(log())])),
  composing: session(fixtureLogs.empty(), { composer: { preview: contextPreview, text: 'Line this price up with the others' } }),
  pointing: session(fixtureLogs.empty(), { composer: { pointing: 'pointing' } }),
  pending: session(fixtureLogs.empty(), {
    pending: <PendingPrompt text="Line this price up with the others" stage="pictures" />,
    composer: { isSending: true }
  }),
  composerError: session(fixtureLogs.verified(), {
    composer: {
      preview: contextPreview,
      text: 'Line this price up with the others',
      problem: (
        <ErrorCard
          failure={{
            code: 'server_unreachable',
            message: 'Nothing answers at http://127.0.0.1:4700.',
            hint: 'Check that it runs (`npm start`) and that the address is right.',
            retryable: true
          }}
          reference="req_01k8r5t9m3c6v2x7b4na"
          diagnostics={() => 'diagnostics'}
        >
          <Button>Send again</Button>
        </ErrorCard>
      )
    }
  }),
  longComposer: session(fixtureLogs.runningTool(), {
    composer: {
      text: 'A long request. '.repeat(120),
      preview: {
        ...contextPreview,
        picks: Array.from({ length: 12 }, (_, index) => samplePick(index + 1))
      }
    }
  }),
  recording: session(fixtureLogs.empty(), { composer: { recording: sampleRecording(6), onRecording: recordingActions } }),
  fiftySteps: session(fixtureLogs.empty(), { composer: { recording: sampleRecording(50), onRecording: recordingActions } }),
  recordingPaused: session(fixtureLogs.empty(), {
    composer: {
      recording: {
        ...sampleRecording(3),
        status: 'paused',
        failure: {
          code: 'page_access_needed',
          message: 'Fixpoint has no access to this page yet.',
          hint: 'Click the Fixpoint icon on this page.',
          retryable: false
        }
      },
      onRecording: recordingActions
    }
  }),
  recorded: session(fixtureLogs.empty(), {
    composer: {
      preview: contextPreview,
      recording: { ...sampleRecording(50), status: 'stopped', omitted: 12 },
      onRecording: recordingActions
    }
  }),
  onePick: session(fixtureLogs.empty(), { composer: { preview: withPicks(1) } }),
  fivePicks: session(fixtureLogs.empty(), { composer: { preview: withPicks(5), text: 'Make 2 as wide as 4' } }),
  twentyPicks: session(fixtureLogs.empty(), { composer: { preview: withPicks(20) } }),
  frameOffer: session(fixtureLogs.empty(), {
    composer: {
      preview: {
        ...contextPreview,
        picks: [{ ...samplePick(1), label: 'iframe', source: undefined, isComplete: true, frameHost: 'checkout.payments-provider.example' }]
      }
    }
  }),
  annotate: plain(
    <AnnotateDialog
      key="annotate"
      screenshot={{ ...pictures.pageBefore, url: fixturePictureUrl(pictures.pageBefore.artifactId) }}
      widthOnPage={1440}
      marks={[
        { kind: 'arrow', color: '#e5243b', from: { x: 900, y: 620 }, to: { x: 760, y: 480 } },
        { kind: 'box', color: '#1f6fe5', box: { x: 480, y: 330, width: 300, height: 180 } },
        { kind: 'text', color: '#e5243b', at: { x: 910, y: 610 }, text: 'this one sits lower' },
        { kind: 'pen', color: '#1f8a4c', points: Array.from({ length: 60 }, (_, i) => ({ x: 150 + i * 4, y: 700 + Math.sin(i / 4) * 40 })) }
      ]}
      onSave={nothing}
      onClose={nothing}
    />
  ),
  proofVerified: plain(<ProofCard key="card" proof={verifiedProof} actions={proofActions()} />),
  proofLooksWrong: plain(<ProofCard key="card" proof={looksWrongProof} actions={proofActions()} />),
  proofUnverified: plain(<ProofCard key="card" proof={unverifiedProof} />),
  connections: plain(
    connections.map(connection => (
      <div key={connection.status}>
        <ConnectionDot connection={connection} />
        <ConnectionBanner connection={connection} onRetry={nothing} />
      </div>
    ))
  )
}

function withPicks(count: number) {
  const picks = Array.from({ length: count }, (_, index) => ({
    ...samplePick(index + 1),
    label: LONG_NAMES[index % LONG_NAMES.length] ?? 'p',
    source:
      index % 3 === 2 ? undefined : { file: 'src/features/checkout/components/CheckoutSummarySidebarContainer.tsx', line: 120 + index },
    cropUrl: index % 2 === 0 ? contextPreview.picks[0]?.cropUrl : undefined,
    isComplete: true
  }))
  return { ...contextPreview, picks }
}

function samplePick(number: number) {
  return {
    number,
    label: `Component${number}`,
    selector: `main > :nth-child(${number})`,
    source: { file: 'src/Component.tsx', line: number },
    cropUrl: undefined,
    componentNames: [],
    props: [],
    isComplete: number !== 12
  }
}
