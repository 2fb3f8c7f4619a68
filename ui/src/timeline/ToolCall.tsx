import type { TimelineItem } from '@fixpoint/protocol'
import {
  CircleQuestionMark,
  CircleX,
  Eye,
  FilePen,
  FilePlus,
  FileText,
  type LucideIcon,
  Search,
  ShieldCheck,
  SquareTerminal,
  SquareX,
  Wrench
} from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { ArtifactPicture } from '../artifacts/ArtifactPicture.tsx'
import { Disclosure } from '../controls/Disclosure.tsx'
import { Spinner } from '../controls/Spinner.tsx'
import { DiffView } from '../diff/DiffView.tsx'
import { LineCounts } from '../diff/LineCounts.tsx'
import { formatDuration } from '../duration.ts'
import { strings } from '../strings.ts'
import { OutputText } from '../text/OutputText.tsx'

export type ToolItem = Extract<TimelineItem, { kind: 'tool' }>

const TOOL_ICONS: Record<string, LucideIcon> = {
  read: FileText,
  edit: FilePen,
  write: FilePlus,
  search: Search,
  bash: SquareTerminal,
  look: Eye,
  prove: ShieldCheck
}

/** One thing that the agent did: a line that opens to what was asked for and what came of it. */
export const ToolCall = memo(function ToolCall({ item }: { item: ToolItem }) {
  return (
    <Disclosure
      className={`fx-tool fx-tool--${item.status}`}
      icon={<ToolIcon item={item} />}
      summary={<ToolSummary text={lineOf(item)} />}
      aside={asideOf(item)}
    >
      {() => <ToolDetail item={item} />}
    </Disclosure>
  )
})

/** What came of it; of a call whose end is not known, what it was to do. */
function lineOf(item: ToolItem): string {
  return item.status === 'unknown' ? item.title : (item.summary ?? item.title)
}

function asideOf(item: ToolItem): string | undefined {
  if (item.status === 'unknown') return strings.tool.unknown
  return item.durationMs === undefined ? undefined : formatDuration(item.durationMs)
}

function ToolIcon({ item }: { item: ToolItem }) {
  switch (item.status) {
    case 'running':
      return <Spinner />
    case 'failed':
      return <CircleX className="fx-tool__icon" aria-label={strings.tool.failed} size={14} />
    case 'stopped':
      return <SquareX className="fx-tool__icon" aria-label={strings.tool.stopped} size={14} />
    case 'unknown':
      return <CircleQuestionMark className="fx-tool__icon" aria-label={strings.tool.unknown} size={14} />
    case 'succeeded': {
      const Icon = TOOL_ICONS[item.tool] ?? Wrench
      return <Icon className="fx-tool__icon" aria-hidden size={14} />
    }
  }
}

/** “edited PriceTag.tsx +3 −1” with the counts in their colours. */
function ToolSummary({ text }: { text: string }) {
  const counts = /^(.*) \+(\d+) [−-](\d+)$/s.exec(text)
  if (counts === null) return text
  return (
    <span className="fx-tool__edit">
      <span>{counts[1]}</span>
      <LineCounts added={Number(counts[2])} removed={Number(counts[3])} />
    </span>
  )
}

function ToolDetail({ item }: { item: ToolItem }) {
  const pictures = item.pictures ?? []
  // A change of files says everything that its input does, and is easier to read.
  const isChange = item.detailKind === 'diff' && item.detail !== undefined && item.detail !== ''
  return (
    <div className="fx-tool__detail">
      {item.input.trim() !== '' && !isChange && (
        <Part heading={strings.tool.input(item.tool)}>
          <OutputText text={item.input} label={strings.tool.input(item.tool)} />
        </Part>
      )}
      {item.detail !== undefined && item.detail !== '' && (
        <Part heading={item.detailKind === 'diff' ? strings.tool.diff : strings.tool.output}>
          {item.detailKind === 'diff' ? <DiffView text={item.detail} /> : <OutputText text={item.detail} label={strings.tool.output} />}
        </Part>
      )}
      {pictures.map((picture, index) => (
        <ArtifactPicture
          key={picture.artifactId}
          className="fx-tool__picture"
          picture={picture}
          alt={strings.tool.picture(index + 1, item.title)}
        />
      ))}
      {item.status === 'unknown' && item.summary !== undefined && <p className="fx-faint">{item.summary}</p>}
      {item.status !== 'running' && item.status !== 'unknown' && !item.detail && pictures.length === 0 && (
        <p className="fx-faint">{strings.tool.nothingToShow}</p>
      )}
    </div>
  )
}

function Part({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <div className="fx-tool__part">
      <h5 className="fx-label">{heading}</h5>
      {children}
    </div>
  )
}
