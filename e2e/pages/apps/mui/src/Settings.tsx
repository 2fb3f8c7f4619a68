import { Button, Dialog, DialogActions, DialogContent, DialogTitle, Menu, MenuItem, styled, TextField } from '@mui/material'
import { useState } from 'react'

const Warning = styled('p')(({ theme }) => ({ color: theme.palette.error.main }))

export function Settings(_properties: { at: string }) {
  const [isOpen, setOpen] = useState(false)
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  return (
    <section>
      <Button data-at="open-dialog" onClick={() => setOpen(true)}>
        Settings
      </Button>
      <Button data-at="open-menu" onClick={event => setAnchor(event.currentTarget)}>
        More
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} transitionDuration={0}>
        <DialogTitle data-at="dialog-title">Your settings</DialogTitle>
        <DialogContent>
          <Warning data-at="warning">This cannot be undone</Warning>
          <TextField label="Your name" data-at="field" />
        </DialogContent>
        <DialogActions>
          <Button data-at="save">Save</Button>
        </DialogActions>
      </Dialog>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)} transitionDuration={0}>
        <MenuItem data-at="menu-item">Duplicate</MenuItem>
      </Menu>
    </section>
  )
}
