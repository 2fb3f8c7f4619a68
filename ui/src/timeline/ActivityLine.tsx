import type { TurnState } from '@fixpoint/protocol'
import { ArtifactPicture } from '../artifacts/ArtifactPicture.tsx'
import { useNow } from '../clock.tsx'
import { Spinner } from '../controls/Spinner.tsx'
import { formatElapsed } from '../duration.ts'
import { strings } from '../strings.ts'

/** What is going on now and for how long the turn has been running. */
export function ActivityLine({ turn }: { turn: TurnState }) {
  const retryAt = turn.isStopRequested ? null : pendingRetry(turn)
  const now = useNow(retryAt === null ? 1_000 : 200, true)
  const secondsToRetry = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000)
  return (
    <div className="fx-activity">
      <div className="fx-activity__line">
        <Spinner />
        <span className="fx-activity__what">{secondsToRetry > 0 ? strings.timeline.retryIn(secondsToRetry) : wordsOf(turn)}</span>
        <span className="fx-activity__time" title={strings.timeline.elapsed}>
          {formatElapsed(now - Date.parse(turn.startedAt))}
        </span>
      </div>
      {turn.proof === undefined && <Captured turn={turn} />}
    </div>
  )
}

/** A tool that runs says so in its own line. */
function wordsOf(turn: TurnState): string {
  const isToolRunning = turn.items.some(item => item.kind === 'tool' && item.status === 'running')
  return isToolRunning && !turn.isStopRequested ? strings.timeline.working : strings.activity(turn)
}

/** When the model is asked again (ms since 1970), if the last thing that happened is a failure that will be tried again. */
function pendingRetry(turn: TurnState): number | null {
  const last = turn.items.at(-1)
  return last?.kind === 'failure' && last.retryAt !== undefined ? Date.parse(last.retryAt) : null
}

/** The pictures of the proof in the making. */
function Captured({ turn }: { turn: TurnState }) {
  const { before, after } = turn.captured
  if (before === undefined && after === undefined) return null
  return (
    <div className="fx-activity__pictures">
      {before !== undefined && (
        <figure>
          <ArtifactPicture picture={before} alt={strings.proof.before} />
          <figcaption>{strings.proof.before}</figcaption>
        </figure>
      )}
      {after !== undefined && (
        <figure>
          <ArtifactPicture picture={after} alt={strings.proof.after} />
          <figcaption>{strings.proof.after}</figcaption>
        </figure>
      )}
    </div>
  )
}
