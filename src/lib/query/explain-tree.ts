import {unreachable} from '../errors/logflow-error.js'
import {numberOf} from './number-of.js'
import {type Bound, CASELESS_FIELDS, type Field, NUMBER_FIELDS, type QueryNode, type Test} from './query.js'
import {showWildcard} from './wildcard.js'

/** What a query was understood as: a line for each part, indented below what it is part of. */
export function explainTree(node: QueryNode): string {
  return lines(node).join('\n')
}

function lines(node: QueryNode): string[] {
  switch (node.kind) {
    case 'and':
      return ['all of', ...node.nodes.flatMap(below)]
    case 'or':
      return ['any of', ...node.nodes.flatMap(below)]
    case 'not':
      return ['not', ...below(node.node)]
    default:
      return [leaf(node)]
  }
}

function below(node: QueryNode): string[] {
  return lines(node).map((line) => `  ${line}`)
}

function leaf(node: Exclude<QueryNode, {kind: 'and' | 'or' | 'not'}>): string {
  switch (node.kind) {
    case 'all':
      return 'every record'
    case 'phrase':
      return node.words.length === 1 ? `the word ${node.words[0]}` : `the words ${node.words.join(' ')} in a row`
    case 'wild-word':
      return `a word like ${showWildcard(node.pattern)}`
    case 'text-regex':
      return `text like ${showRegex(node.regex)}`
    case 'level':
      return `level ${node.levels.join(' or ')}`
    case 'field':
      return `${showField(node.field)} ${showTest(node.test, node.field)}`
    default:
      return unreachable(node)
  }
}

function showField(field: Field): string {
  switch (field.in) {
    case 'record':
      return field.name
    case 'attributes':
      return `attributes.${field.path}`
    case 'any':
      return `any field like ${showWildcard(field.pattern)}`
    default:
      return unreachable(field)
  }
}

function showTest(test: Test, field: Field): string {
  const caseless = field.in === 'record' && CASELESS_FIELDS.has(field.name) ? ', in any case' : ''
  switch (test.kind) {
    case 'equals':
      return `= ${showValue(test, field)}${caseless}`
    case 'like':
      return `like ${showWildcard(test.pattern)}${caseless}`
    case 'regex':
      return `like ${showRegex(test.regex)}`
    case 'range':
      return [test.from && showBound('>', test.from), test.to && showBound('<', test.to)].filter(Boolean).join(' and ')
    case 'exists':
      return 'exists'
    default:
      return unreachable(test)
  }
}

/** Numbers that are compared as numbers stand without quotes. */
function showValue({value, quoted}: {value: string; quoted: boolean}, field: Field): string {
  const isText = field.in === 'record' && !(NUMBER_FIELDS as readonly string[]).includes(field.name)
  return numberOf(value) === undefined || quoted || isText ? JSON.stringify(value) : value
}

function showBound(side: '>' | '<', {value, inclusive}: Bound): string {
  return `${side}${inclusive ? '=' : ''} ${numberOf(value) === undefined ? JSON.stringify(value) : value}`
}

function showRegex({source, ignoreCase}: {source: string; ignoreCase: boolean}): string {
  return `/${source}/${ignoreCase ? 'i' : ''}`
}
