import { DropdownMenu } from 'radix-ui'
import { Button } from '@/components/ui/button'

export function RowMenu(_properties: { at: string }) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <Button data-at="menu-button">Actions</Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="rounded-md bg-white p-2 shadow">
          <DropdownMenu.Item className="px-2 py-1" data-at="menu-item">
            Make a copy
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
