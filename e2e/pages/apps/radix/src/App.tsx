import { InviteDialog } from '@/components/invite-dialog'
import { RowMenu } from '@/components/row-menu'
import './styles.css'

export function App() {
  return (
    <main className="flex gap-4 p-8">
      <InviteDialog at="invite-dialog" />
      <RowMenu at="row-menu" />
    </main>
  )
}
