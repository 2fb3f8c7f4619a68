import { Button } from '@/components/ui/button'
import { Dialog, DialogContent, DialogTitle, DialogTrigger } from '@/components/ui/dialog'

export function InviteDialog(_properties: { at: string }) {
  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button variant="outline" data-at="invite">
          Invite somebody
        </Button>
      </DialogTrigger>
      <DialogContent>
        <DialogTitle data-at="dialog-title">Invite to the shop</DialogTitle>
        <p className="text-sm text-zinc-600" data-at="dialog-text">
          They will get a letter.
        </p>
        <Button data-at="dialog-send">Send</Button>
      </DialogContent>
    </Dialog>
  )
}
