// The terminal side of the live screen: frames are painted at most 30 times a second, and Ink hands the keys in. Ink draws
// nothing itself: what it does for each frame (layout, every character of every line taken apart and put together again)
// cost 50 ms of each, and a frame of ours comes as lines of the terminal's width.

import {type Instance, render, useInput} from 'ink'
import {useEffect} from 'react'
import {drawFrame} from './draw/frame.js'
import type {Pen} from './draw/pen.js'
import {FramePace} from './frame-pace.js'
import {type Key, keysOfText} from './line-editor.js'
import type {Message} from './message.js'
import {mouseOf} from './mouse.js'
import {Painter} from './painter.js'
import type {State} from './state.js'

/** Where the state is kept: the screen reads it and is told of a new one. */
export interface Kept {
  state(): State
  onChange(listener: () => void): () => void
  tell(message: Message): void
}

export interface ScreenOptions {
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  pen: Omit<Pen, 'now'>
  now(): number
}

/** Shows the state until it is unmounted. */
export function showScreen(kept: Kept, {stdin, stdout, pen, now}: ScreenOptions): Instance {
  const painter = new Painter((text) => stdout.write(text))
  const draw = () => {
    const state = kept.state()
    painter.paint(drawFrame(state, {...pen, now: now()}), state.size.columns)
  }
  const pace = new FramePace(draw, {now: () => performance.now(), later})
  const resized = () => {
    painter.forget()
    kept.tell({kind: 'size', columns: stdout.columns, rows: stdout.rows})
  }
  const begin = () => {
    const ignore = kept.onChange(() => pace.changed())
    stdout.on('resize', resized)
    draw()
    return () => {
      ignore()
      stdout.off('resize', resized)
      pace.stop()
    }
  }
  const repaint = () => {
    painter.forget()
    pace.asked()
  }
  const tell = (message: Message) => {
    kept.tell(message)
    pace.asked()
  }
  return render(<Keys begin={begin} tell={tell} repaint={repaint} />, {
    stdin,
    stdout,
    exitOnCtrlC: false,
    patchConsole: false,
  })
}

function later(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms)
  return () => clearTimeout(timer)
}

/** @param begin called once keys can be pressed; what it returns, at the end */
function Keys({begin, tell, repaint}: {begin(): () => void; tell(message: Message): void; repaint(): void}) {
  useEffect(begin, [begin])
  useInput((text, pressed) => {
    if (pressed.ctrl && text === 'l') return repaint()
    const mouse = mouseOf(text)
    if (mouse) tell({kind: 'mouse', mouse})
    if (mouse !== undefined) return
    for (const key of keysOf(text, pressed)) tell({kind: 'key', key})
  })
  return null
}

const NAMES = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageUp'],
  ['pageDown', 'pageDown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'return'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const

/** Of keys that were pressed quickly, or pasted, several come at once. */
function keysOf(text: string, pressed: object): Key[] {
  const flags = pressed as Record<string, boolean | undefined>
  const name = NAMES.find(([ink]) => flags[ink])?.[1]
  if (name) return [{text: '', name, ...(name === 'tab' && flags.shift ? {shift: true} : {})}]
  return flags.ctrl ? [{text, ctrl: true}] : keysOfText(text)
}
