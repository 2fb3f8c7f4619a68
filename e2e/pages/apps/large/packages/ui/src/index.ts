export { Panel } from './panel/Panel'
export { Pill } from './pill/Pill'
