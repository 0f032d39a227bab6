// Reads PromQL as far as dashboards use it (prometheus.io/docs/prometheus/latest/querying/basics): enough to know that an
// expression parses, and which metrics and labels it asks for.

export interface Asked {
  metric: string
  /** Labels in its selector, and those that aggregations around it keep. */
  labels: Set<string>
}

const AGGREGATIONS = new Set(['sum', 'min', 'max', 'avg', 'count', 'topk', 'bottomk', 'quantile', 'stddev'])
const FUNCTIONS = new Set(['rate', 'irate', 'increase', 'histogram_quantile', 'vector', 'time', 'clamp_max', 'delta'])
const OPERATORS = new Set(['+', '-', '*', '/', '%', '^', '==', '!=', '>', '<', '>=', '<=', 'and', 'or', 'unless'])

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*")|(\[(?:\d+(?:ms|[smhdwy])|\$__rate_interval|\$__interval)\])|([a-zA-Z_:][\w:]*)|(\d+(?:\.\d+)?)|(=~|!~|==|!=|>=|<=|[-+*/%^(){},=<>]))/y

/** Throws where the text is no such expression. */
export function readPromql(text: string): Asked[] {
  return new Reader(tokens(text), text).read()
}

function tokens(text: string): string[] {
  const found: string[] = []
  for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    if (!match) throw new Error(`no PromQL at ${at} of ${text}`)
    found.push(match[0].trim())
  }
  return found
}

class Reader {
  private at = 0

  constructor(
    private readonly tokens: string[],
    private readonly text: string,
  ) {}

  read(): Asked[] {
    const asked = this.expression()
    if (this.at < this.tokens.length) throw this.wrong('the end')
    return asked
  }

  private expression(): Asked[] {
    const asked = this.operand()
    while (OPERATORS.has(this.peek())) {
      this.at++
      asked.push(...this.operand())
    }
    return asked
  }

  private operand(): Asked[] {
    const token = this.next()
    if (token === '(') {
      const asked = this.expression()
      this.expect(')')
      return asked
    }
    if (/^\d/.test(token)) return []
    if (AGGREGATIONS.has(token)) return this.aggregation()
    if (FUNCTIONS.has(token)) return this.arguments()
    if (/^[a-zA-Z_:]/.test(token)) return [this.selector(token)]
    throw this.wrong('a metric, a function or a number')
  }

  /** `by (a, b)` stands before or after the arguments. */
  private aggregation(): Asked[] {
    const before = this.grouping()
    const asked = this.arguments()
    const labels = before ?? this.grouping() ?? []
    for (const one of asked) for (const label of labels) one.labels.add(label)
    return asked
  }

  private grouping(): string[] | undefined {
    if (this.peek() !== 'by') return undefined
    this.at++
    this.expect('(')
    const labels: string[] = []
    while (this.peek() !== ')') {
      labels.push(this.next())
      if (this.peek() === ',') this.at++
    }
    this.expect(')')
    return labels
  }

  private arguments(): Asked[] {
    this.expect('(')
    const asked: Asked[] = []
    while (this.peek() !== ')') {
      asked.push(...this.expression())
      if (this.peek() === ',') this.at++
    }
    this.expect(')')
    return asked
  }

  private selector(metric: string): Asked {
    const labels = new Set<string>()
    if (this.peek() === '{') {
      this.at++
      while (this.peek() !== '}') {
        labels.add(this.next())
        if (!['=', '!=', '=~', '!~'].includes(this.next())) throw this.wrong('a comparison')
        if (!this.next().startsWith('"')) throw this.wrong('a text')
        if (this.peek() === ',') this.at++
      }
      this.expect('}')
    }
    if (this.peek().startsWith('[')) this.at++
    return {metric, labels}
  }

  private peek(): string {
    return this.tokens[this.at] ?? ''
  }

  private next(): string {
    const token = this.tokens[this.at++]
    if (token === undefined) throw this.wrong('more')
    return token
  }

  private expect(token: string): void {
    if (this.next() !== token) throw this.wrong(token)
  }

  private wrong(wanted: string): Error {
    return new Error(`${wanted} is wanted where ${JSON.stringify(this.tokens[this.at - 1])} stands in ${this.text}`)
  }
}
