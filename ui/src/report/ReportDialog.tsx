import { Download, CircleDot as IssueIcon, MessageSquareText } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { type ContextPreview, countRedactions } from '../composer/context-preview.ts'
import { Button } from '../controls/Button.tsx'
import { CopyButton } from '../controls/CopyButton.tsx'
import { Dialog } from '../controls/Dialog.tsx'
import { Spinner } from '../controls/Spinner.tsx'
import { strings } from '../strings.ts'
import { OutputText } from '../text/OutputText.tsx'

export interface ReportDialogProps {
  title: string
  onTitleChange: (title: string) => void
  text: string
  onTextChange: (text: string) => void
  /** What goes along, for the counts. */
  preview: ContextPreview
  /** The report as it is now, without its pictures. */
  markdown: string
  /** Pictures that go along. */
  pictures: number
  onDownload: () => void
  onOpenIssue: () => void
  isOpeningIssue: boolean
  onSend: () => void
  canSend: boolean
  /** What went wrong with the last attempt. */
  problem?: ReactNode
  onClose: () => void
}

/** A bug report before it leaves: to look at, to name, and to take to where it belongs. */
export function ReportDialog(props: ReportDialogProps) {
  const { title, text, preview, markdown } = props
  const nameId = useId()
  const textId = useId()
  const hasTitle = title.trim() !== ''
  return (
    <Dialog label={strings.report.title} onClose={props.onClose}>
      <div className="fx-report">
        <div className="fx-report__field">
          <label htmlFor={nameId}>{strings.report.name}</label>
          <input
            id={nameId}
            className="fx-report__input"
            value={title}
            maxLength={200}
            placeholder={strings.report.nameExample}
            onChange={event => props.onTitleChange(event.target.value)}
          />
        </div>
        <div className="fx-report__field">
          <label htmlFor={textId}>{strings.report.text}</label>
          <textarea
            id={textId}
            className="fx-report__input"
            rows={3}
            value={text}
            placeholder={strings.report.textExample}
            onChange={event => props.onTextChange(event.target.value)}
          />
        </div>
        <p className="fx-report__contents">
          {strings.report.contents({
            steps: preview.steps.length,
            picks: preview.picks.length,
            messages: preview.console.length,
            requests: preview.requests.length,
            pictures: props.pictures
          })}
          {'. '}
          {strings.report.masked(countRedactions(preview))}
        </p>
        <div className="fx-report__preview">
          <OutputText text={markdown} label={strings.report.preview} />
        </div>
        {props.problem}
        <p className="fx-report__contents">{strings.report.issueLong}</p>
        <div className="fx-buttons">
          <Button
            look="primary"
            disabled={!hasTitle || props.isOpeningIssue}
            title={hasTitle ? strings.report.issueLong : strings.report.needsTitle}
            onClick={props.onOpenIssue}
          >
            {props.isOpeningIssue ? <Spinner /> : <IssueIcon aria-hidden size={14} />}
            {props.isOpeningIssue ? strings.report.openingIssue : strings.report.issue}
          </Button>
          <CopyButton text={markdown} label={strings.report.copyLong}>
            {strings.report.copy}
          </CopyButton>
          <Button title={strings.report.downloadLong} onClick={props.onDownload}>
            <Download aria-hidden size={14} /> {strings.report.download}
          </Button>
          <Button look="quiet" disabled={!props.canSend} onClick={props.onSend}>
            <MessageSquareText aria-hidden size={14} /> {strings.report.session}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
