import { cva, type VariantProps } from 'class-variance-authority'
import { Slot } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from '@/lib/utils'

const buttonVariants = cva('inline-flex items-center rounded-md px-4 py-2 text-sm font-medium', {
  variants: {
    variant: {
      default: 'bg-teal-700 text-white',
      outline: 'border bg-white text-black'
    }
  },
  defaultVariants: { variant: 'default' }
})

function Button({
  className,
  variant,
  asChild = false,
  ...props
}: ComponentProps<'button'> & VariantProps<typeof buttonVariants> & { asChild?: boolean }) {
  const Comp = asChild ? Slot.Root : 'button'
  return <Comp data-slot="button" className={cn(buttonVariants({ variant, className }))} {...props} at="comp" />
}

export { Button, buttonVariants }
