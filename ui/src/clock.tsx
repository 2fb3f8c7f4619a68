import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'

/** Gives the present time in ms since 1970. */
export type Clock = () => number

const ClockContext = createContext<Clock>(() => Date.now())

export function ClockProvider({ clock, children }: { clock: Clock; children: ReactNode }) {
  return <ClockContext value={clock}>{children}</ClockContext>
}

/** The present time, renewed every `intervalMs` while `isRunning`. */
export function useNow(intervalMs: number, isRunning: boolean): number {
  const clock = useContext(ClockContext)
  const [now, setNow] = useState(clock)
  useEffect(() => {
    if (!isRunning) return
    setNow(clock())
    const timer = setInterval(() => setNow(clock()), intervalMs)
    return () => clearInterval(timer)
  }, [clock, intervalMs, isRunning])
  return now
}
