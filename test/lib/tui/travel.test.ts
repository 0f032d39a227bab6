import {describe, expect, test} from 'vitest'
import {sum} from '../../../src/lib/tui/counts.js'
import type {Effect} from '../../../src/lib/tui/message.js'
import {timeOf} from '../../../src/lib/tui/playing.js'
import {MOST_RECORDS} from '../../../src/lib/tui/state.js'
import {travelOf} from '../../../src/lib/tui/travel.js'
import {Played, record, records} from './made-state.js'

const at = (index: number) => timeOf(record(index))

/** At now 20 records; an hour before, those of 1,000 to 1,099 around 1,050. */
function gone(): Played {
  const live = new Played().tell({kind: 'records', records: records(20, 5_000)})
  return live.tell(begin(1, 1_050, records(100, 1_000)))
}

function begin(id: number, moment: number, some: ReturnType<typeof records>, playing = false) {
  return {kind: 'travel', step: 'begin', id, at: at(moment), playing, begins: false, records: some} as const
}

function asked({effects}: Played): Effect[] {
  return effects.filter(({kind}) => kind === 'travel')
}

describe('to a moment', () => {
  test('T and : ask for it, and wait at the prompt for what comes of it', () => {
    const live = new Played().press('T09:41<return>')
    expect(asked(live)).toEqual([{kind: 'travel', to: 'moment', text: '09:41'}])
    expect(live.text()).toContain('looking …')
    live.tell({kind: 'travel', step: 'refused', problem: '"09:41" lies ahead'})
    expect(live.text()).toMatch(/go to 09:41.*"09:41" lies ahead/)
    expect(live.press('x').text()).not.toContain('lies ahead')
  })

  test.each(['goto 09:41', '09:41', '-15m', '2026-11-22T09:41', 'yesterday 14:00'])('as a command, :%s', (line) => {
    const live = new Played().press(`:${line}<return>`)
    expect(asked(live)).toEqual([{kind: 'travel', to: 'moment', text: line.replace('goto ', '')}])
    expect(live.state.mode.kind).toBe('prompt')
  })

  test('the record of that moment is chosen, those around it are shown, and the header says when', () => {
    const live = gone()
    expect(live.chosen).toBe('request 1050')
    expect(live.text()).toMatch(/‖ at (\w+ \d+ \w+ (\d+ )?)?\d\d:\d\d:\d\d · 1×/)
    expect(live.text()).toContain('request 1049')
    expect(live.text()).toContain('request 1051')
    expect(live.text()).not.toContain('following')
    expect(sum(live.state.counts.whole).records).toBe(100)
  })

  test('what arrives meanwhile is counted, and is there at now', () => {
    const live = gone().tell({kind: 'records', records: records(5, 5_020)})
    expect(live.text()).toContain('5 new at now')
    expect(live.chosen).toBe('request 1050')
    expect(live.press('f').chosen).toBe('request 5024')
    expect(live.state.all.size).toBe(25)
    expect(live.text()).toContain('● following')
    expect(gone().press('<escape>').chosen).toBe('request 5019')
  })

  test('another moment from there leads back to the same now', () => {
    const live = gone().tell(begin(2, 10, records(50)))
    expect(live.chosen).toBe('request 10')
    expect(live.press('f').chosen).toBe('request 5019')
  })

  test('y copies a command that finds what is shown', () => {
    const live = gone().press('y')
    const until = new Date(at(1_099) + 1).toISOString()
    const text = `logflow search --since ${record(1_000)['@timestamp']} --until ${until}`
    expect(live.effects.at(-1)).toEqual({kind: 'copy', text})
  })

  test('at the first record that is kept of now, it is told how to get to earlier ones', () => {
    const live = new Played().tell({kind: 'records', records: records(20)}).press('gk')
    expect(live.state.note?.text).toBe('the first record that is kept; T goes to earlier ones')
  })

  test('where nothing is stored before, it says so', () => {
    expect(new Played().tell(begin(1, 0, records(5))).state.note?.text).toMatch(
      /the stored records begin here at \d\d:/,
    )
  })
})

describe('looking around', () => {
  test('before the first record more is asked for, once, and joined on; the chosen one stays', () => {
    const live = gone().press('gk')
    expect(asked(live)).toEqual([{kind: 'travel', to: 'earlier'}])
    live.tell({kind: 'travel', step: 'earlier', id: 1, from: 'r-1000', begins: true, records: records(10, 990)})
    expect(live.chosen).toBe('request 1000')
    expect(live.press('k').chosen).toBe('request 999')
    live.press('gk')
    expect(asked(live)).toHaveLength(1)
    expect(live.state.note?.text).toContain('the stored records begin here')
  })

  test('behind the last one too', () => {
    const live = gone().press('Gj')
    expect(asked(live)).toEqual([{kind: 'travel', to: 'later'}])
    live.tell({kind: 'travel', step: 'later', id: 1, from: 'r-1099', records: records(10, 1_100)})
    expect(live.press('j').chosen).toBe('request 1100')
    live.press('Gj').tell({kind: 'travel', step: 'later', id: 1, from: 'r-1109', records: []})
    expect(live.state.note?.text).toContain('nothing later is stored')
  })

  test('the chosen record is when one is', () => {
    const live = gone().press('jj')
    expect(travelOf(live.state)?.at).toBe(at(1_052))
  })

  test('what comes for another journey, or joins on nowhere, is left out', () => {
    const live = gone()
    live.tell({kind: 'travel', step: 'later', id: 7, from: 'r-1099', records: records(10, 1_100)})
    live.tell({kind: 'travel', step: 'later', id: 1, from: 'r-1098', records: records(10, 1_100)})
    live.tell({kind: 'travel', step: 'played', id: 7, at: at(1_200), records: records(10, 1_100), skippedMs: 0})
    expect(live.state.all.size).toBe(100)
  })

  test('no more is kept than at now; what falls off is at the far end', () => {
    const live = new Played().tell(begin(1, 99_990, records(MOST_RECORDS))).press('g')
    live.tell({kind: 'travel', step: 'earlier', id: 1, from: 'r-0', begins: false, records: records(1_000, -1_000)})
    expect(live.state.all.size).toBe(MOST_RECORDS)
    expect(live.press('g').chosen).toBe('request -1000')
  })

  test('with another filter the same place is asked for again', () => {
    const live = gone().press('/level:error<return>')
    expect(asked(live)).toEqual([{kind: 'travel', to: 'same'}])
    expect(live.press('f').state.filter.text).toBe('')
  })
})

describe('playing', () => {
  test('space takes off what comes later and plays it, x goes faster, space stops', () => {
    const live = gone().press(' ')
    expect(asked(live)).toEqual([{kind: 'travel', to: 'play'}])
    expect(live.state.all.size).toBe(51)
    expect(sum(live.state.counts.whole).records).toBe(51)
    expect(live.text()).toContain('▶ at')
    live.tell({kind: 'travel', step: 'played', id: 1, at: at(1_052), records: records(2, 1_051), skippedMs: 0})
    expect(live.chosen).toBe('request 1052')
    expect(live.press('x').text()).toContain('· 10×')
    expect(live.press('xx').text()).toContain('· 1×')
    expect(live.press(' ').text()).toContain('‖ at')
    expect(sum(live.state.counts.whole).records).toBe(53)
  })

  test('a jump is told, and so is that now is reached', () => {
    const live = gone().press(' ')
    live.tell({kind: 'travel', step: 'played', id: 1, at: at(9_000), records: [record(9_000)], skippedMs: 7_200_000})
    expect(live.text()).toContain('skipped 2 h without records')
    live.tell({kind: 'travel', step: 'now', id: 1})
    expect(live.text()).toContain('now is reached: following')
    expect(live.chosen).toBe('request 5019')
  })

  test('where it cannot go on it stands still and says why', () => {
    const live = gone().press(' ').tell({kind: 'travel', step: 'failed', problem: 'the store does not answer'})
    expect(live.text()).toContain('the store does not answer')
    expect(travelOf(live.state)?.playing).toBe(false)
  })

  test(':play takes a speed, and needs another time than now', () => {
    const live = gone().press(':play 100x<return>')
    expect(travelOf(live.state)).toMatchObject({speed: 100, playing: true})
    expect(gone().press(':play 7x<return>').text()).toContain('it plays at 1x, 10x or 100x')
    expect(new Played().press(':play<return>').text()).toContain('there is nothing to play at now')
    expect(live.press(':now<return>').text()).toContain('● following')
  })
})
