// The check of config files, compiled at build time: what src/lib/config/config-validator.ts does at run time.
import {Ajv} from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import {build} from 'esbuild'

/** esbuild plugin that puts the generated code in the place of config-validator.ts. */
export const compiledValidator = {
  name: 'compiled-validator',
  setup({initialOptions, onLoad}) {
    const root = initialOptions.absWorkingDir
    onLoad({filter: /[\\/]config-validator\.ts$/}, async () => ({
      contents: `${await validatorCode(root)}\nexport const configValidator = async () => validate`,
    }))
  },
}

async function validatorCode(root) {
  const schema = await build({
    absWorkingDir: root,
    entryPoints: ['src/lib/config/config-schema.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  })
  const source = Buffer.from(schema.outputFiles[0].contents).toString('base64')
  const {configSchema} = await import(`data:text/javascript;base64,${source}`)
  const ajv = new Ajv({allErrors: true, allowUnionTypes: true, code: {source: true, esm: true}})
  return standalone.default(ajv, ajv.compile(configSchema()))
}
