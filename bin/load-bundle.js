'use strict'
const {mkdirSync, readFileSync, renameSync, writeFileSync} = require('node:fs')
const {createRequire} = require('node:module')
const {homedir} = require('node:os')
const {dirname, join} = require('node:path')
const {Script} = require('node:vm')

/**
 * Evaluates a CommonJS bundle and returns its exports; `undefined` where there is no such file. The bundle begins
 * with a comment that holds the hash of its content: V8 itself would take a cache for any source of equal length.
 */
function loadBundle(file) {
  let source
  try {
    source = readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
  const hash = /^\/\*([0-9a-f]{16})\*\//.exec(source)?.[1]
  const cacheName = hash && `${hash}-${process.version}-${process.arch}${commandPart()}.code`
  const folders = [join(dirname(file), 'cache'), userCache()]
  const cachedData = cacheName && readFirst(folders, cacheName)
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    cachedData,
  })
  if (cacheName && (!cachedData || script.cachedDataRejected)) {
    // At exit, so that the functions this command has called are in it.
    process.once('exit', () => writeFirst(folders, cacheName, () => script.createCachedData()))
  }
  const module = {exports: {}}
  script.runInThisContext().call(module.exports, module.exports, createRequire(file), module, file, dirname(file))
  return module.exports
}

/** One cache a command: it holds the functions that command calls. */
function commandPart() {
  const words = []
  for (const word of process.argv.slice(2, 4)) {
    if (!/^[a-z]{1,12}$/.test(word)) break
    words.push(word)
  }
  return words.length > 0 && isCommand(words[0]) ? `-${words[0]}` : ''
}

// Known by their first word only, so that arguments cannot make files.
const COMMANDS = new Set([
  'config',
  'doctor',
  'generate',
  'get',
  'parse',
  'process',
  'search',
  'ship',
  'status',
  'tail',
])

function isCommand(word) {
  return COMMANDS.has(word) || word === 'trace'
}

function userCache() {
  const base = process.env.XDG_CACHE_HOME || (process.platform === 'win32' && process.env.LOCALAPPDATA)
  return join(base || join(homedir(), '.cache'), 'logflow', 'code')
}

function readFirst(folders, name) {
  for (const folder of folders) {
    try {
      return readFileSync(join(folder, name))
    } catch {
      // Not there, or not for us: the next one, or none.
    }
  }
  return undefined
}

/** Written beside and renamed, so that no other process reads half a cache. Where nothing can be written, nothing is. */
function writeFirst(folders, name, make) {
  for (const folder of folders) {
    try {
      mkdirSync(folder, {recursive: true})
      const temporary = join(folder, `${name}.${process.pid}`)
      writeFileSync(temporary, make())
      renameSync(temporary, join(folder, name))
      return
    } catch {
      // A folder of somebody else's: the next one, or none.
    }
  }
}

module.exports = {loadBundle}
