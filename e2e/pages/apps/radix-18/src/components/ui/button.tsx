import { cva, type VariantProps } from 'class-variance-authority'
import { Slot } from 'radix-ui'
import { type ComponentProps, forwardRef } from 'react'
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

type ButtonProps = ComponentProps<'button'> & VariantProps<typeof buttonVariants> & { asChild?: boolean }

// React 18 hands a ref only to those that ask for it so; without it a menu has nothing to stand at.
const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button({ className, variant, asChild = false, ...props }, ref) {
  const Comp = asChild ? Slot.Root : 'button'
  return <Comp data-slot="button" ref={ref} className={cn(buttonVariants({ variant, className }))} {...props} at="comp" />
})

export { Button, buttonVariants }
