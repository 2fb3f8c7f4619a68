import { EyeOff, TriangleAlert } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { Spinner } from '../controls/Spinner.tsx'
import { strings } from '../strings.ts'
import { OutputText } from '../text/OutputText.tsx'
import { BudgetControl } from './BudgetControl.tsx'
import { type ContextChoice, type ContextPart, type ContextPreview, countRedactions } from './context-preview.ts'

interface SendPreviewProps {
  preview: ContextPreview
  choice: ContextChoice
  onChoiceChange: (choice: ContextChoice) => void
  /** Who gets it: the server's address. */
  destination: string
  /** Takes a picture of the whole page in place of the one of the window. Absent where none can be taken. */
  onTakeWholePage?: (() => void) | undefined
  isTakingWholePage?: boolean
}

/** Everything that would be sent with the text, to look at and to leave out. */
export function SendPreview({
  preview,
  choice,
  onChoiceChange,
  destination,
  onTakeWholePage,
  isTakingWholePage = false
}: SendPreviewProps) {
  const components = [...new Set(preview.picks.flatMap(pick => pick.componentNames))]
  const props = preview.picks.flatMap(pick => pick.props)
  const { screenshot } = preview
  const toggle = (part: ContextPart) => (isSent: boolean) => onChoiceChange({ ...choice, [part]: isSent })
  return (
    <div className="fx-send-preview">
      <p className="fx-send-preview__to">
        {strings.sendPreview.to} <bdi className="fx-break">{destination}</bdi>
      </p>
      <Part label={strings.sendPreview.page} detail={strings.sendPreview.always}>
        <ul className="fx-bullets">
          <li className="fx-break">{preview.url}</li>
          {preview.title !== '' && <li className="fx-break">{preview.title}</li>}
          <li>
            {preview.viewport.width} × {preview.viewport.height} · {strings.colorScheme[preview.colorScheme]}
          </li>
          {preview.environment.map(line => (
            <li key={line} className="fx-break">
              {line}
            </li>
          ))}
          {preview.picks.map(pick => (
            <li key={pick.number} className="fx-break">
              {strings.sendPreview.pick(pick.number)} <code>{pick.selector}</code>
            </li>
          ))}
        </ul>
      </Part>
      <Part
        label={strings.sendPreview.screenshot}
        detail={screenshot === undefined ? strings.sendPreview.none : strings.sendPreview.pictureSize(screenshot)}
        isSent={choice.screenshot}
        onToggle={toggle('screenshot')}
      >
        {screenshot !== undefined && <img className="fx-send-preview__picture" src={screenshot.url} alt={strings.prompt.screenshot} />}
        {preview.annotated !== undefined && (
          <img className="fx-send-preview__picture" src={preview.annotated.url} alt={strings.prompt.annotated} />
        )}
        {onTakeWholePage !== undefined && (
          <Button look="quiet" disabled={isTakingWholePage} onClick={onTakeWholePage}>
            {isTakingWholePage && <Spinner />}
            {isTakingWholePage ? strings.sendPreview.takingWholePage : strings.sendPreview.takeWholePage}
          </Button>
        )}
      </Part>
      <Part
        label={strings.sendPreview.dom}
        detail={preview.outline === '' ? strings.sendPreview.none : strings.sendPreview.lines(preview.outline.split('\n').length)}
        isSent={choice.dom}
        onToggle={toggle('dom')}
      >
        {preview.outline !== '' && <OutputText text={preview.outline} label={strings.sendPreview.dom} />}
      </Part>
      <Part
        label={strings.sendPreview.components}
        detail={components.length === 0 ? strings.sendPreview.none : strings.sendPreview.componentsDetail(components.length, props.length)}
        isSent={choice.components}
        onToggle={toggle('components')}
      >
        {components.length > 0 && <p className="fx-break">{[...components, ...preview.frameworks].join(', ')}</p>}
        {props.length > 0 && <OutputText text={props.join('\n')} label={strings.sendPreview.props} />}
      </Part>
      <Part
        label={strings.sendPreview.console}
        detail={strings.sendPreview.consoleDetail(preview.console.length, preview.requests.length)}
        isSent={choice.console}
        onToggle={toggle('console')}
      >
        {preview.console.length > 0 && (
          <OutputText
            text={preview.console.map(({ level, text, frame }) => `${level}${frame ? ` (${frame})` : ''}: ${text}`).join('\n')}
            label={strings.sendPreview.console}
          />
        )}
        {preview.requests.length > 0 && (
          <OutputText
            text={preview.requests
              .map(({ method, url, status }) => `${status ?? strings.sendPreview.noAnswer} ${method ?? ''} ${url}`)
              .join('\n')}
            label={strings.sendPreview.requests}
          />
        )}
      </Part>
      {preview.steps.length > 0 && (
        <Part
          label={strings.sendPreview.steps}
          detail={strings.sendPreview.stepCount(preview.steps.length)}
          isSent={choice.steps}
          onToggle={toggle('steps')}
        >
          <OutputText text={preview.steps.map((step, index) => `${index + 1}. ${step}`).join('\n')} label={strings.sendPreview.steps} />
        </Part>
      )}
      <BudgetControl tokens={preview.tokens} budget={choice.budget} onChange={budget => onChoiceChange({ ...choice, budget })} />
      <Redactions preview={preview} />
      {preview.truncated.length > 0 && (
        <ul className="fx-bullets fx-faint">
          {preview.truncated.map(text => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {preview.problems.map(problem => (
        <p key={problem.code + problem.message} className="fx-notice fx-notice--warning">
          <TriangleAlert aria-hidden size={14} />
          <span>{problem.message}</span>
        </p>
      ))}
    </div>
  )
}

function Redactions({ preview }: { preview: ContextPreview }) {
  const total = countRedactions(preview)
  const kinds = Object.entries(preview.redactions).filter(([, count]) => count > 0)
  return (
    <p className="fx-send-preview__redactions">
      <EyeOff aria-hidden size={14} />
      <span>
        {strings.sendPreview.redactions(total)}
        {total > 0 && ` ${kinds.map(([kind, count]) => `${count} × ${kind}`).join(', ')}.`}
      </span>
    </p>
  )
}

interface PartProps {
  label: string
  detail: string
  /** Without it the part is always sent. */
  isSent?: boolean
  onToggle?: (isSent: boolean) => void
  children?: ReactNode
}

/** One kind of thing that is sent: a switch, and a button that shows it. */
function Part({ label, detail, isSent, onToggle, children }: PartProps) {
  const [isOpen, setIsOpen] = useState(false)
  const switchId = useId()
  const hasContent = children !== undefined && children !== false
  return (
    <div className="fx-send-part" data-sent={isSent ?? true}>
      <div className="fx-send-part__line">
        {onToggle === undefined ? (
          <span className="fx-send-part__label">{label}</span>
        ) : (
          <label className="fx-send-part__label" htmlFor={switchId}>
            {label}
          </label>
        )}
        <span className="fx-send-part__detail" title={detail}>
          {detail}
        </span>
        {hasContent && (
          <button
            type="button"
            className="fx-link"
            aria-expanded={isOpen}
            aria-label={strings.sendPreview.show(label)}
            onClick={() => setIsOpen(!isOpen)}
          >
            {isOpen ? strings.sendPreview.hide : strings.sendPreview.look}
          </button>
        )}
        {onToggle !== undefined && (
          <input
            id={switchId}
            type="checkbox"
            role="switch"
            className="fx-switch"
            aria-checked={isSent ?? true}
            checked={isSent ?? true}
            onChange={event => onToggle(event.target.checked)}
          />
        )}
      </div>
      {isOpen && <div className="fx-send-part__content">{children}</div>}
    </div>
  )
}
