// The parts of kafkajs 2.2.4 that our encoder stands in for, unchanged, to compare with.

import {createRequire} from 'node:module'
import {kafkajsCodecs} from '../../../../src/lib/bus/kafka/codecs.js'

const require = createRequire(import.meta.url)

export interface Encoder {
  buffer: Buffer
}
export interface Message {
  key?: Buffer | null
  value: Buffer | null
  headers?: Record<string, Buffer | null>
  timestamp?: number
}
export interface DecodedRecord {
  offset: string
  timestamp: string
  key: Buffer | null
  value: Buffer | null
  headers: Record<string, Buffer>
}
export interface DecodedBatch {
  records: DecodedRecord[]
  producerId: string
  producerEpoch: number
  firstSequence: number
  inTransaction: boolean
}

const compression = require('kafkajs/src/protocol/message/compression') as {Codecs: Record<number, unknown>}
Object.assign(compression.Codecs, kafkajsCodecs())

export const Long = require('kafkajs/src/utils/long') as {fromValue(value: string | number): unknown}
export const Record = require('kafkajs/src/protocol/recordBatch/record/v0') as (
  message: Message & {offsetDelta: number; timestampDelta: number},
) => Encoder
export const {RecordBatch} = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (options: object) => Promise<Encoder>
}
export const produceV3 = require('kafkajs/src/protocol/requests/produce/v3/request') as (options: object) => {
  apiKey: number
  apiVersion: number
  encode(): Promise<Encoder>
}
export const createRequest = require('kafkajs/src/protocol/request') as (options: object) => Promise<Encoder>
export const groupMessagesPerPartition = require('kafkajs/src/producer/groupMessagesPerPartition') as (
  options: object,
) => object

export const createRetry = require('kafkajs/src/retry') as (
  options: object,
) => (work: () => Promise<unknown>) => Promise<unknown>

const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => unknown
const decode = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: unknown) => Promise<DecodedBatch>

export function decodeBatch(bytes: Buffer): Promise<DecodedBatch> {
  return decode(new Decoder(bytes))
}
