// The whole road at work: a steady writer, a follower that ships, a processor that stores. Injured while it runs.

import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'
import {emptyHome} from '../../support/run-logflow.js'
import {type Running, type Setting, startLogflow} from './children.js'
import {compareStored} from './compare.js'
import {awaitStored, endFollowing, startFollowing} from './follow.js'
import {SteadyWriter} from './lines.js'
import {Tally} from './tally.js'

export interface RoadOptions {
  fault: string
  environment: Record<string, string>
  linesPerSecond: number
  /** False where the follower stores by itself. */
  withProcessor: boolean
}

export class SteadyRoad {
  private readonly tally: Tally
  private readonly recovered: number[] = []

  private constructor(
    private readonly setting: Setting,
    private readonly writer: SteadyWriter,
    private readonly follower: Running,
    private readonly processor: Running | undefined,
    fault: string,
  ) {
    this.tally = new Tally(fault)
  }

  static async start({fault, environment, linesPerSecond, withProcessor}: RoadOptions): Promise<SteadyRoad> {
    const home = emptyHome()
    onTestFinished(() => rmSync(home, {recursive: true, force: true}))
    const setting = {home, env: environment}
    const writer = await SteadyWriter.start(join(home, 'app.log'), linesPerSecond, Number.MAX_SAFE_INTEGER)
    onTestFinished(() => writer.stop())
    const follower = await startFollowing(setting, 'app.log')
    const processor = withProcessor ? startLogflow(['process'], setting) : undefined
    const road = new SteadyRoad(setting, writer, follower, processor, fault)
    await awaitStored(setting, 1)
    return road
  }

  /** One injury, healed when it resolves; then waits until all that was written by then is stored. */
  async injure(injury: () => Promise<void>): Promise<void> {
    await injury()
    const healed = performance.now()
    const {written} = this.writer
    await awaitStored(this.setting, written, this.follower)
    if (!this.follower.isAlive()) throw new Error(`the follower has ended: ${(await this.follower.ended).stderr}`)
    this.recovered.push(performance.now() - healed)
  }

  /** Ends everything in order, and compares what was written with what is stored. */
  async finish(): Promise<void> {
    await this.writer.stop()
    await awaitStored(this.setting, this.writer.written)
    await endFollowing(this.follower)
    if (this.processor) await endFollowing(this.processor)
    this.tally.rounds(this.recovered)
    this.tally.check(await compareStored(this.setting, this.writer.written))
  }
}
