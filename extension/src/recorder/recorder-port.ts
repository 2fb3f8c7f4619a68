/** By which the recorder of a page keeps the background awake; nothing is said over it. */
export const RECORDER_PORT = 'recorder'
