import type { ContextSummary, PromptState } from '@fixpoint/protocol'
import { Camera, Crosshair, EyeOff, Footprints, Globe, PenLine, ScrollText } from 'lucide-react'
import { memo } from 'react'
import { ArtifactPicture } from '../artifacts/ArtifactPicture.tsx'
import { Disclosure } from '../controls/Disclosure.tsx'
import { StepList } from '../report/StepList.tsx'
import { strings } from '../strings.ts'
import { LongText } from '../text/LongText.tsx'
import { Avatar } from './Avatar.tsx'
import { PickCandidates } from './PickCandidates.tsx'
import { SourceLabel } from './SourceLabel.tsx'

/** What a person asked, with what they pointed at. */
export const PromptBubble = memo(function PromptBubble({ prompt }: { prompt: PromptState }) {
  const { author, context, queuedAt, text } = prompt
  return (
    <div className="fx-prompt" data-read="end">
      <div className="fx-prompt__head">
        <Avatar person={author} />
        <span className="fx-prompt__author">{author.name}</span>
        <time className="fx-faint" dateTime={queuedAt} title={new Date(queuedAt).toLocaleString()}>
          {new Date(queuedAt).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}
        </time>
      </div>
      <LongText text={text} className="fx-prompt__text" />
      {context !== undefined && <PromptContext context={context} />}
    </div>
  )
})

function PromptContext({ context }: { context: ContextSummary }) {
  return (
    <>
      {context.picks.length > 0 && (
        <ul className="fx-prompt__picks" aria-label={strings.prompt.picks}>
          {context.picks.map(pick => (
            <li key={pick.number} className="fx-pick" title={pick.selector}>
              <span className="fx-pick__number">{pick.number}</span>
              {pick.crop !== undefined && (
                <span className="fx-pick__crop">
                  <ArtifactPicture picture={pick.crop} alt={strings.prompt.cropOf(pick.label)} />
                </span>
              )}
              <span className="fx-pick__label">{pick.label}</span>
              {pick.source !== undefined && <SourceLabel source={pick.source} />}
            </li>
          ))}
        </ul>
      )}
      <PickCandidates picks={context.picks} />
      <Disclosure
        className="fx-disclosure--quiet"
        icon={<Globe aria-hidden size={13} />}
        summary={addressOf(context.url)}
        aside={`${context.viewport.width} × ${context.viewport.height}`}
      >
        {() => <SentWithIt context={context} />}
      </Disclosure>
    </>
  )
}

function SentWithIt({ context }: { context: ContextSummary }) {
  return (
    <ul className="fx-facts">
      <li>
        <Globe aria-hidden size={13} />
        <span>
          {context.title !== '' && `${context.title} · `}
          <span className="fx-break">{context.url}</span> · {strings.colorScheme[context.colorScheme]}
        </span>
      </li>
      {context.screenshot !== undefined && (
        <li>
          <Camera aria-hidden size={13} />
          <span>
            {strings.prompt.screenshot}
            <ArtifactPicture className="fx-prompt__screenshot" picture={context.screenshot} alt={strings.prompt.screenshot} />
          </span>
        </li>
      )}
      {context.annotated !== undefined && (
        <li>
          <PenLine aria-hidden size={13} />
          <span>
            {strings.prompt.annotated}
            <ArtifactPicture className="fx-prompt__screenshot" picture={context.annotated} alt={strings.prompt.annotated} />
          </span>
        </li>
      )}
      <li>
        <Crosshair aria-hidden size={13} /> {strings.prompt.pickCount(context.picks.length)}
      </li>
      {context.steps !== undefined && context.steps.length > 0 && (
        <li>
          <Footprints aria-hidden size={13} />
          <span>
            {strings.prompt.stepCount(context.steps.length)}
            <StepList steps={context.steps} />
          </span>
        </li>
      )}
      <li>
        <ScrollText aria-hidden size={13} /> {strings.prompt.consoleCount(context.consoleMessages)}
      </li>
      <li>
        <EyeOff aria-hidden size={13} /> {strings.prompt.redactionCount(context.redactions)}
      </li>
    </ul>
  )
}

/** Host and path, which is what people know a page by. */
function addressOf(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  return url.host + (url.pathname === '/' ? '' : url.pathname)
}
