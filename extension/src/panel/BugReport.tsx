import { type ContextPreview, ReportDialog } from '@fixpoint/ui'
import { type ReactNode, useState } from 'react'
import type { ContextChoice, PageDraft } from '../draft.ts'
import type { Recording } from '../recording.ts'
import { download } from './download.ts'
import { picturesOf, reportFileName, reportOfDraft, titleFor } from './report-of-draft.ts'

interface BugReportProps {
  draft: PageDraft
  preview: ContextPreview
  choice: ContextChoice
  recording: Recording | null
  text: string
  onTextChange: (text: string) => void
  onOpenIssue: (title: string) => void
  isSending: boolean
  onSend: () => void
  problem: ReactNode
  onClose: () => void
}

/** The bug report of what was captured, recorded and written. */
export function BugReport(props: BugReportProps) {
  const { draft, preview, choice, recording, text } = props
  const [title, setTitle] = useState(() => titleFor(text, preview))
  const input = { title, text, draft, choice, recording }
  return (
    <ReportDialog
      title={title}
      onTitleChange={setTitle}
      text={text}
      onTextChange={props.onTextChange}
      preview={preview}
      markdown={reportOfDraft({ ...input, withPictures: false })}
      pictures={picturesOf(draft, choice)}
      onDownload={() => download(reportFileName(new Date()), reportOfDraft({ ...input, withPictures: true }), 'text/markdown')}
      onOpenIssue={() => props.onOpenIssue(title.trim())}
      isOpeningIssue={props.isSending}
      onSend={props.onSend}
      canSend={text.trim() !== '' && !props.isSending}
      problem={props.problem}
      onClose={props.onClose}
    />
  )
}
