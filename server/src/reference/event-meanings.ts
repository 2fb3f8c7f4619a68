import type { EventType } from '@fixpoint/protocol'

/** What each type of event says, for readers of a log. */
export const EVENT_MEANINGS: Record<EventType, string> = {
  'session.created': 'The first event of every log.',
  'session.closed': 'The session takes no more prompts; its sandbox is removed and the log stays.',
  'prompt.queued':
    'A person has said what is wrong. Once a turn has begun on it, it ends in exactly one of done, failed or stopped; before that, the person can withdraw it.',
  'prompt.withdrawn':
    'A person has taken back a prompt that still waited, by itself or by closing its session. That is its end: it never gets a turn.',
  'turn.started': 'The work on a prompt begins.',
  'turn.resumed': 'The turn goes on after a break. Nothing that was shown before is lost.',
  'stop.requested': 'A person has asked for the turn to stop.',
  'turn.finished': 'The one end of a turn.',
  'sandbox.starting': 'A sandbox is being started. The first one says which commit the session is based on.',
  'sandbox.ready': 'The sandbox answers. `message` is what a person is told; it is empty where there is nothing to tell.',
  'sandbox.lost': 'The sandbox ended without being asked to. A new one takes its place.',
  'workspace.opened': 'A person opened VS Code or the preview before any turn ran. It says which commit the session is based on.',
  'files.saved': 'A person saved files in an editor. The agent is told before its next step.',
  'egress.refused': 'Something in the sandbox wanted to go where it may not.',
  'step.started': 'A request to the model begins.',
  'step.text': 'A further piece of the text of a step.',
  'step.answered': 'The model has answered. Recorded before any of its tool calls runs. `messages` is for the server alone.',
  'step.failed': 'The request to the model came to nothing. It is repeated when `retryAt` is set.',
  'tool.started': 'A tool call begins. `title` is one line for people, `input` the shortened arguments.',
  'tool.finished': 'What came of a tool call. `result` is for the server alone.',
  'checkpoint.saved': 'The state of the files after a step is a commit in the server’s own repository.',
  'edits.recorded':
    'Files that were changed between turns, by people or by programs in the sandbox, are a commit of their own. The turn that follows begins on it.',
  'undo.requested': 'A person wants the files back that turns changed. No turn begins before it is over.',
  'undo.finished': 'The files are as they were before these turns. The agent is told before its next step.',
  'undo.failed': 'Nothing was undone. `conflicts` names files that were changed since.',
  'turns.accepted': 'A person has taken the work of these turns.',
  'proof.started': 'The picture from before or after the change is about to be taken.',
  'proof.captured': 'The picture is there. `record` is for the server alone.',
  'proof.finished': 'The proof of the turn, with its verdict.',
  'notice.added': 'Something that people should know, such as that Docker does not answer for the moment.',
  'pull_request.requested': 'A person wants the work on the code host.',
  'pull_request.opened': 'The branch is pushed and, where the remote has them, the pull request is open.',
  'pull_request.failed': 'The work could not be brought to the code host.',
  'issue.requested': 'A person wants a bug report on the code host, as an issue.',
  'issue.opened': 'The issue is open, with its pictures on a branch of their own.',
  'issue.failed': 'The report could not be brought to the code host.'
}
