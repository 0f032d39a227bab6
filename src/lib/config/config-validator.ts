import type {ValidateFunction} from 'ajv'
import {configSchema} from './config-schema.js'

/**
 * The check of a config file's shape. The build puts the code that ajv generates in the place of this file
 * (tools/config-validator.mjs): loading ajv and compiling the schema took 20 ms of every command.
 */
export async function configValidator(): Promise<ValidateFunction> {
  const {Ajv} = await import('ajv')
  return new Ajv({allErrors: true, allowUnionTypes: true}).compile(configSchema())
}
