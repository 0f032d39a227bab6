// The terminal side of the live screen: Ink puts the frame on the screen, at most 30 times a second, and hands the keys in.

import {Box, type Instance, render, Text, useInput, useStdout} from 'ink'
import {useEffect, useState} from 'react'
import {drawFrame} from './draw/frame.js'
import type {Pen} from './draw/pen.js'
import {type Key, keysOfText} from './line-editor.js'
import type {Message} from './message.js'
import type {State} from './state.js'

const FRAMES_A_SECOND = 30

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
  return render(<Live kept={kept} pen={pen} now={now} />, {
    stdin,
    stdout,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: FRAMES_A_SECOND,
  })
}

function Live({kept, pen, now}: {kept: Kept; pen: Omit<Pen, 'now'>; now(): number}) {
  const [state, setState] = useState(kept.state())
  const {stdout} = useStdout()
  useEffect(() => kept.onChange(() => setState(kept.state())), [kept])
  useEffect(() => {
    const resized = () => kept.tell({kind: 'size', columns: stdout.columns, rows: stdout.rows})
    stdout.on('resize', resized)
    return () => {
      stdout.off('resize', resized)
    }
  }, [kept, stdout])
  useInput((text, pressed) => {
    for (const key of keysOf(text, pressed)) kept.tell({kind: 'key', key})
  })
  const lines = drawFrame(state, {...pen, now: now()})
  return (
    <Box flexDirection="column">
      {lines.map((line, index) => (
        // Lines have no identity but their place on the screen.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Text key={index} wrap="truncate-end">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </Box>
  )
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
  if (name) return [{text: '', name}]
  return flags.ctrl ? [{text, ctrl: true}] : keysOfText(text)
}
